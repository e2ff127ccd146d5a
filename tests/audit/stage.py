"""A finished play with its truth, kept in a folder so that it is made once."""
import pickle

import expected
from expected import key_text_of
from team_history import play
from truth import Truth, walk


class Stage:
    def __init__(self, team, truth):
        self.team, self.truth = team, truth

    @property
    def path(self):
        return self.team.path

    def expected(self, everything=False, path=None, **options):
        """What audit should say; of a copy or clone elsewhere, too, that may have commits of its own."""
        return expected.exposures(*self._asked(everything, path), **options)

    def expected_values(self, everything=False, ciphertext_only=False):
        return expected.values(*self._asked(everything), ciphertext_only)

    def _asked(self, everything=False, path=None):
        self.truth.path = path or self.path
        commits = walk(self.truth.path, everything)
        self.truth.ask(commits)
        now = self.team.policy.holders()
        said = [self.team.said.get(commit.id, now) for commit in commits]
        return self.truth, commits, self.team.policy, self.team.renames, said

    def truth_of_head(self):
        """(commit, file, what opens it) of everything encrypted that HEAD can reach."""
        for commit in walk(self.path):
            for name in commit.files:
                opened = self.truth.of(commit, name)
                if opened:
                    yield commit.id, name, opened

    def values_in_use(self):
        head = next(commit for commit in walk(self.path) if commit.is_head)
        return {(name, key_text_of(key)) for name in head.files for opened in [self.truth.of(head, name)]
                if opened and opened.kind != "plain" for key in opened.values}


def made(folder):
    kept = folder / "stage.pickle"
    if kept.exists():
        return pickle.loads(kept.read_bytes())
    team = play(folder / "play")
    stage = Stage(team, Truth(team.path, team.keys, folder / "truth"))
    stage.truth.ask(walk(team.path, everything=True))
    kept.write_bytes(pickle.dumps(stage))
    return stage
