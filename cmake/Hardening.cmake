# Warnings and hardening flags, the same for every target.
function(bestow_harden target)
    target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor
        -Wold-style-cast -Wformat=2 -fstack-protector-strong $<$<BOOL:${BESTOW_WERROR}>:-Werror>
        # GCC 12 at -O3 sees overlaps and uninitialized parts in std::string that are not there (its bugs 105651, 105562).
        $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>,$<CONFIG:Release>>:-Wno-restrict>
        $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>,$<CONFIG:Release>>:-Wno-maybe-uninitialized>
        # libstdc++ 12's own std::stable_sort uses what it deprecates; GCC still tells of ours.
        $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations>)
    if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
        target_compile_options(${target} PRIVATE -fstack-clash-protection -fcf-protection)
    endif()
    target_compile_definitions(${target} PRIVATE _GLIBCXX_ASSERTIONS
        $<$<CONFIG:Release,RelWithDebInfo>:_FORTIFY_SOURCE=3>)
    target_link_options(${target} PRIVATE -Wl,-z,relro,-z,now -Wl,--as-needed)
endfunction()
