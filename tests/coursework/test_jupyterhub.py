"""The configuration of a JupyterHub for the course, as far as it can be tested without one."""

import json
import re
import subprocess
import sys
from urllib.parse import parse_qs, urlsplit

import jsonschema
import pytest
import yaml
from stored import ROOT

from coursework import release
from coursework.assignments import NAMES
from coursework.jupyterhub.links import link

FOLDER = ROOT / "coursework" / "jupyterhub"
SCHEMA = json.loads((FOLDER / "schema.json").read_text(encoding="utf-8"))
TEXT = (FOLDER / "values.yaml").read_text(encoding="utf-8")
VALUES = yaml.safe_load(TEXT)


class Strict(yaml.SafeLoader):
    """Reads no mapping in which a key stands twice, of which YAML takes the last."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key) for key, _ in node.value]
        twice = {key for key in keys if keys.count(key) > 1}
        assert not twice, f"twice in one mapping: {twice}"
        return super().construct_mapping(node, deep)


def test_no_key_stands_twice():
    yaml.load(TEXT, Strict)  # noqa: S506, a safe loader
    with pytest.raises(AssertionError, match="twice"):
        yaml.load("hub: {}\nhub: {}", Strict)  # noqa: S506


def test_it_has_no_tab_no_long_line_and_no_space_at_an_end():
    for line in TEXT.splitlines():
        assert "\t" not in line and len(line) <= 110 and line == line.rstrip()


def test_all_keys_are_those_of_the_chart_and_their_values_of_its_types():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(VALUES, SCHEMA)


@pytest.mark.parametrize(
    ("where", "wrong"),
    [
        (("singleuser", "memmory"), {}),
        (("singleuser", "memory", "limit"), "1 GB"),
        (("singleuser", "extraEnv", "OMP_NUM_THREADS"), 1),
        (("cull", "timeout"), "1800"),
        (("hub", "db", "type"), "postgresql"),
        (("proxy", "https", "hosts"), "hub.example.org"),
    ],
)
def test_a_slip_is_found(where, wrong):
    values = json.loads(json.dumps(VALUES))
    place = values
    for key in where[:-1]:
        place = place[key]
    place[where[-1]] = wrong
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(values, SCHEMA)


def test_there_is_no_secret_in_it():
    assert not re.search(r"password:|secretToken|cookieSecret|client_secret|://\w+:\w+@", TEXT)


def test_an_idle_server_ends_after_its_kernels():
    [kernels] = [
        f["data"]["MappingKernelManager"] for f in VALUES["singleuser"]["extraFiles"].values()
    ]
    assert kernels["cull_idle_timeout"] < VALUES["cull"]["timeout"] < VALUES["cull"]["maxAge"]


def test_the_image_is_pinned_and_does_not_have_the_library():
    image = (FOLDER / "Dockerfile").read_text(encoding="utf-8")
    commands = [line for line in image.splitlines() if line and not line.startswith("#")]
    assert re.fullmatch(r"FROM \S+:\d{4}-\d\d-\d\d", commands[0])
    assert VALUES["singleuser"]["image"]["tag"] not in ("latest", "main")
    assert (
        f"{VALUES['singleuser']['image']['name']}:{VALUES['singleuser']['image']['tag']}" in image
    )
    assert "lstm_lib" not in "".join(commands) and "COPY" not in image


# Links


def test_a_link_opens_the_assignment_in_the_folder_that_is_pulled():
    repository = "https://git.example.org/a/lstm.git"
    address = urlsplit(link("https://hub.example.org/", repository, "variants"))
    assert address.netloc == "hub.example.org" and address.path == "/hub/user-redirect/git-pull"
    assert parse_qs(address.query) == {
        "repo": [repository],
        "branch": ["main"],
        "urlpath": ["lab/tree/lstm/variants.ipynb"],
    }


@pytest.mark.parametrize("wrong", ["hub.example.org", "http://hub.example.org", "https://"])
def test_what_is_no_address_is_refused(wrong):
    right = "https://git.example.org/lstm.git"
    for what, addresses in {"hub": (wrong, right), "repository": (right, wrong)}.items():
        with pytest.raises(ValueError, match=f"^{what} is '{wrong}'; .* begins with https://"):
            link(*addresses, "variants")


def git(folder, *words):
    who = ["-c", "user.name=Course", "-c", "user.email=course@example.org"]
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


def pull(repository, folder):
    """What following the link does on a student's server."""
    code = "import sys; from nbgitpuller.pull import main; sys.exit(main())"
    command = [sys.executable, "-c", code, str(repository), "main", str(folder)]
    ran = subprocess.run(command, cwd=folder.parent, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


def test_following_the_link_again_brings_what_is_new_and_keeps_what_was_written(tmp_path):
    course, student = tmp_path / "course", tmp_path / "student"
    course.mkdir()
    git(course, "init", "--initial-branch", "main")
    release.release(NAMES[:1], course)
    git(course, "add", ".")
    git(course, "commit", "--message", "Assignment 1")
    pull(course, student)
    mine = student / f"{NAMES[0]}.ipynb"
    assert mine.read_bytes() == (course / mine.name).read_bytes()

    answer = mine.read_text(encoding="utf-8").replace("# YOUR CODE HERE", "# mine", 1)
    mine.write_text(answer, encoding="utf-8")
    release.release(NAMES[:2], course)
    git(course, "add", ".")
    git(course, "commit", "--message", "Assignment 2")
    pull(course, student)
    assert mine.read_text(encoding="utf-8") == answer
    assert (student / f"{NAMES[1]}.ipynb").exists()
