"""Files and words that belong to a patient, for places where something else belongs."""

import json
import re
import shutil
from datetime import UTC, datetime
from functools import cache

from the_program import EXAMPLES, GOOD

from pharmacyfirst import load
from pharmacyfirst.record import make_record, read_account, write_record

NAME, NUMBER = "Zebedee Quux", "9990000018"  # nobody's: no NHS number begins with 999
WHO = f"{NAME} {NUMBER}"
MARKS = re.compile("zebedee|quux|9990000018", re.IGNORECASE)

WORDS = (WHO, NUMBER, "zebedee_quux", "zebedee-quux", f"{NAME}=1", f"age_years_{NUMBER}", f"2026-11-21 {NAME}")
# Words where a name of ours is wanted, as a command, an option or one word too many.
EXTRA = (
    (WHO,),
    (f"--{NAME}",),
    (f"--zebedee-quux={NUMBER}",),
    ("-Z", NUMBER),
    (f"--help={NAME}",),
    (f"-h{NAME}",),
    (WHO, f"{NAME}.json", NUMBER),
)


def account(**changes):
    """The account of a consultation with this patient, as somebody would write it."""
    held = json.loads((EXAMPLES / "account-uti.json").read_text())
    held["patient"] |= {"family": "Quux", "given": ["Zebedee"], "nhs_number": NUMBER}
    return held | changes


@cache
def _record(words):
    made = make_record(read_account(words), load(), recorded_at=datetime(2026, 11, 21, 10, 42, tzinfo=UTC))
    return write_record(made)


def record(spoilt=None, **changes):
    """A sound record of such a consultation, made of its account with some changes; ``spoilt`` is changed by hand afterwards."""
    return json.loads(_record(json.dumps(account(**changes)))) | (spoilt or {})


def contents():
    """What a misplaced file may hold, by the name it has; a suffix says how it would be read."""
    sound = record()
    yield "record.json", json.dumps(sound, indent=2)
    yield "line.json", json.dumps(sound)
    yield "account.json", json.dumps(account())
    yield "seal.json", json.dumps(record({"complaint": NAME}))
    yield "wrong-account.json", json.dumps(account(decision={"done": NAME, "zebedee_quux": NUMBER}))
    yield "more.json", json.dumps(record({"zebedee_quux": NAME, NAME: NUMBER}))
    yield "wrong.json", json.dumps(record({"pathway": NAME, "facts": {NAME: NUMBER, "zebedee_quux": True}}))
    yield "wrong-facts.json", json.dumps(record({"facts": sound["facts"] | {"rigors": NAME, "zebedee_quux": NUMBER}}))
    yield "facts.json", json.dumps({NAME: NUMBER, "zebedee_quux": True})
    yield "value.json", json.dumps({"rigors": WHO})
    yield "name.json", json.dumps({f"zebedee_quux_{NUMBER}": 1})
    yield "whole.json", json.dumps({"pathway": NAME, "as_of": NAME, "facts": {}, "Zebedee": NUMBER})
    yield "twice.json", f'{{"zebedee_quux": 1, "zebedee_quux": 2, "{NAME}": 1}}'
    yield "broken.json", f'{{"{NAME}": "{NUMBER}'
    yield "fhir.json", json.dumps({"resourceType": NAME, "type": NAME, "entry": [{"resource": {"resourceType": NAME}}]})
    yield "status.json", json.dumps({"resourceType": "Bundle", "type": "Zebedee-Quux", "entry": []})
    yield "message.xml", f'<Bundle xmlns="http://hl7.org/fhir"><id value="{NAME}"/><{NAME.replace(" ", "-")}/></Bundle>'
    yield "other.xml", f"<zebedee quux='{NUMBER}'>{NAME}</zebedee>"
    yield "broken.xml", f"<patient><{NAME}>{NUMBER}"
    yield "facts.yaml", f"{NAME}: {NUMBER}\nzebedee_quux: yes"
    yield "value.yaml", f"rigors: {WHO}"
    yield "whole.yaml", f"pathway: {NAME}\nas_of: {NAME}\nfacts:\n  zebedee_quux: {NUMBER}"
    yield "patient.yaml", f"title: {NAME}\nversion: {NUMBER}\nstatus: zebedee\npathway: quux"
    yield "twice.yaml", f"{NAME}: 1\n{NAME}: 2"
    yield "anchor.yaml", "rigors: &Zebedee yes\nother: *Zebedee"
    yield "alias.yaml", "rigors: *Zebedee"
    yield "tag.yaml", "rigors: !Zebedee yes"
    yield "handle.yaml", "rigors: !Zebedee!quux yes"
    yield "list.yaml", f"- {NAME}\n- {NUMBER}"
    yield "words.yaml", WHO
    yield "tab.yaml", f"\t{NAME}: {NUMBER}"
    yield "colon.yaml", f"{NAME}: {NUMBER}: {NAME}"
    yield "quote.yaml", f'{NAME}: "{NUMBER}'
    yield "hidden.yaml", f"{NAME}\u200b: {NUMBER}"
    yield "directive.yaml", f"%Zebedee\n{NAME}: 1"
    yield "deep.json", '{"Zebedee": ' * 3000 + "1" + "}" * 3000
    yield "not-utf-8.json", b'{"Zebedee Quux \xff": "9990000018"}'
    yield "surrogate.json", f'{{"\\ud800{NAME}": 1}}'
    yield "nul.json", f'{{"{NAME}\0": {NUMBER}}}'
    adoption = (EXAMPLES / "adoption.yaml").read_text()
    yield "adoption-organisation.yaml", adoption.replace("FW844", NAME)
    yield "adoption-period.yaml", adoption.replace("in force: 2026-11-01", f"in force: {NAME}")
    yield "adoption-heading.yaml", f"{adoption}\n{NAME}: {NUMBER}\nzebedee: quux\n"
    yield "adoption-twice.yaml", f"{adoption}\nopen items:\n  Zebedee: quux\n"
    yield "adoption-number.yaml", adoption.replace("  2012345:", f"  {NUMBER}:")
    yield "adoption-profession.yaml", adoption.replace("profession: pharmacist", f"profession: {NAME}")
    yield "adoption-document.yaml", adoption.replace("      - uncomplicated-uti", "      - zebedee-quux")
    yield "adoption-digest.yaml", adoption.replace("sha256:", "zebedee:")
    yield "adoption-open-item.yaml", adoption.replace("  UTI-O1:", f"  {NAME}:\n    {NAME}: 1\n  UTI-O1:")


def files(folder):
    """Every misplaced file, written below a folder; each is called after the patient."""
    for name, content in contents():
        path = folder / f"{WHO} {name}"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        yield path


def folders(folder):
    """Folders of patients where a folder of content belongs: alone, and among sound content."""
    patients = folder / WHO
    patients.mkdir()
    held = list(files(patients))
    yield patients
    (patients / NAME).mkdir()
    yield patients
    named = [path for path in held if path.suffix in (".json", ".yaml")]
    for number, path in enumerate(named):
        words = path.read_bytes()
        inside = folder / f"{NAME} {number}"
        (inside / "zq").mkdir(parents=True)
        (inside / "zq" / "pathway.yaml").write_bytes(words)
        (inside / NAME).mkdir()
        (inside / NAME / "pathway.yaml").write_bytes(words)
        yield inside
    for number, place in enumerate(
        ("published.yaml", "hiccups/cases.yaml", f"hiccups/{NAME}.yaml", f"shared/{NAME}.yaml", f"{NAME}/a.yaml")
    ):
        for name in ("record.json", "line.json", "whole.yaml", "twice.yaml", "words.yaml", "anchor.yaml"):
            among = folder / f"{NUMBER} {number} {name}"
            shutil.copytree(GOOD, among)
            (among / place).parent.mkdir(exist_ok=True)
            shutil.copy(patients / f"{WHO} {name}", among / place)
            yield among
