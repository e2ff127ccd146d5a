# Sourced by examples/quickstart and tests/run: ensure_packages LIST... installs the Debian packages of
# tools/packages/LIST.txt that are missing when root, else says which ones are and fails.

missing_packages() {
    local list package
    for list in "$@"; do
        sed 's/#.*//' "tools/packages/$list.txt"
    done | while read -r package; do
        [ -z "$package" ] || dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || echo "$package"
    done
}

ensure_packages() {
    local missing
    if ! command -v dpkg-query >/dev/null; then
        echo "not a Debian system: needed are what these name: $(printf 'tools/packages/%s.txt ' "$@")" >&2
        return 0
    fi
    missing=$(missing_packages "$@" | tr '\n' ' ')
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" != 0 ]; then
        echo "missing Debian packages; as root: apt-get install $missing" >&2
        return 1
    fi
    echo "installing Debian packages: $missing"
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086 # a list of words
    apt-get install -y -q --no-install-recommends $missing >/dev/null ||
        { apt-get update -q >/dev/null && apt-get install -y -q --no-install-recommends $missing >/dev/null; }
}
