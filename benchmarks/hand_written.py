"""The rules of both conditions as a good engineer would write them by hand, over a plain dict of complete facts.

It stops at the first thing that decides, keeps no trace, trusts its input and knows no unknown answer. A clause of a
PGD that the pathway has settled before the PGD is opened is not written twice.
"""

from collections.abc import Mapping
from typing import Any

import answers
from answers import Answer

BAR_PENICILLIN = frozenset({"methotrexate", "probenecid", "warfarin"})
BAR_MACROLIDES = frozenset(
    {
        "simvastatin",
        "atorvastatin",
        "lovastatin",
        "warfarin",
        "apixaban",
        "dabigatran",
        "edoxaban",
        "rivaroxaban",
        "ticagrelor",
        "ranolazine",
        "ivabradine",
        "eplerenone",
        "lercanidipine",
        "digoxin",
        "domperidone",
        "cisapride",
        "pimozide",
        "astemizole",
        "terfenadine",
        "mizolastine",
        "amisulpride",
        "quetiapine",
        "hydroxychloroquine_or_chloroquine",
        "other_qt_prolonging_medicine",
        "theophylline",
        "aminophylline",
        "ciclosporin",
        "tacrolimus",
        "sirolimus",
        "enzyme_inducing_antiepileptic",
        "rifampicin",
        "ritonavir",
        "cobicistat",
        "other_cyp3a4_contraindicated",
        "ergot_alkaloid",
        "lomitapide",
        "colchicine",
        "oral_midazolam",
        "tolterodine",
    }
)
BAR_NITROFURANTOIN = frozenset({"probenecid", "sulfinpyrazone"})

# Under 12, by completed years from 5: the lightest and the heaviest that is believable, in kg.
BELIEVABLE = {5: (10, 35), 6: (11, 41), 7: (12, 49), 8: (13, 57), 9: (15, 66), 10: (16, 76), 11: (17, 86)}

Person = Mapping[str, Any]


def sore_throat(person: Person) -> Answer:
    """Acute sore throat: red flags, referral, entry, then the ladder by FeverPAIN and severity."""
    if person["life_threatening"]:
        return answers.EMERGENCY_999
    neutropenia, no_spleen = person["neutropenia_risk_medicine"], person["no_working_spleen"]
    if (
        person["epiglottitis_suspected"]
        or person["drooling"]
        or person["cannot_swallow_liquids"]
        or person["muffled_voice"]
        or person["severe_distress"]
        or person["stridor"]
        or person["clinical_dehydration"]
        or person["pharyngeal_abscess_suspected"]
        or person["other_severe_complication_suspected"]
        or person["sepsis_suspected"]
        or (person["fever_over_38_last_24_hours"] and (neutropenia or no_spleen))
    ):
        return answers.EMERGENCY
    if (
        person["scarlet_fever_suspected"]
        or person["quinsy_suspected"]
        or person["immunosuppression"] != "none"
        or person["worsening_rapidly"]
        or neutropenia
        or person["systemically_unwell"]
        or person["high_risk_illness"]
        or no_spleen
    ):
        return answers.REFER_URGENT
    age = person["age_years"]
    if age < 5 or (age < 16 and _said_or_tested(person)):
        return answers.NOT_ELIGIBLE
    if (
        person["glandular_fever_suspected"]
        or person["cancer_suspected"]
        or person["symptom_duration_days"] > 14
        or person["antibiotic_failed_this_episode"]
        or person["unfinished_antibiotic_this_episode"]
        or not person["throat_view_adequate"]
    ):
        return answers.REFER
    if not person["consent_given"]:
        return answers.DECLINED
    return _sore_throat_treatment(person)


def _said_or_tested(person: Person) -> bool:
    return person["pregnancy"] != "not_pregnant" or person["pregnancy_test_result"] == "positive"


def _sore_throat_treatment(person: Person) -> Answer:
    days, returning = person["symptom_duration_days"], person["returning_no_better"]
    feverpain = (
        person["fever_over_38_last_24_hours"]
        + person["pus_on_tonsils"]
        + (days <= 3)
        + person["tonsils_severely_inflamed"]
        + (not (person["cough_present"] or person["coryza_present"]))
    )
    if feverpain <= 1:
        return answers.REFER if returning and days >= 7 else answers.SELF_CARE
    indicated = (feverpain >= 4 and person["symptom_severity"] == "severe") or (
        returning and person["antibiotic_indicated_on_clinical_judgement"]
    )
    if not indicated or not person["shared_decision_for_antibiotic"]:
        return answers.SELF_CARE
    if not person["penicillin_allergy"]:
        return _phenoxymethylpenicillin(person)
    return _macrolide(person)


def _macrolide(person: Person) -> Answer:
    """Pregnant for certain, open, or not pregnant. Out of place, over 55, an answer can only stop."""
    pregnancy, test = person["pregnancy"], person["pregnancy_test_result"]
    if person["age_years"] > 55:
        return answers.REFER if _said_or_tested(person) else _clarithromycin(person)
    if pregnancy == "pregnant" or (pregnancy == "possible" and test == "positive"):
        return _erythromycin(person)
    if (pregnancy == "possible" and test == "not_done") or (pregnancy == "not_pregnant" and test == "positive"):
        return answers.REFER
    return _clarithromycin(person)


def _no_antibiotic(person: Person, medicine: str) -> bool:
    return (
        not person["able_to_take_oral_medicine"]
        or person["egfr_ml_min"] < 30
        or person["severe_liver_impairment"]
        or person["antibiotic_colitis_history"]
        or medicine in person["other_exclusion_for"]
    )


def _phenoxymethylpenicillin(person: Person) -> Answer:
    if (
        _no_antibiotic(person, "phenoxymethylpenicillin")
        or person["severe_beta_lactam_reaction"]
        or not BAR_PENICILLIN.isdisjoint(person["interacting_medicines"])
    ):
        return answers.REFER
    age = person["age_years"]
    if age < 6:
        return answers.PEN_D1
    if age < 12:
        return answers.PEN_D2
    return answers.PEN_D3 if age < 18 else answers.PEN_D4


def _no_macrolide(person: Person) -> bool:
    return person["macrolide_allergy"] or person["qt_or_arrhythmia_risk"] or person["myasthenia_gravis"]


def _clarithromycin(person: Person) -> Answer:
    if (
        _no_antibiotic(person, "clarithromycin")
        or _no_macrolide(person)
        or not BAR_MACROLIDES.isdisjoint(person["interacting_medicines"])
    ):
        return answers.REFER
    age, weight = person["age_years"], person["weight_kg"]
    if age >= 11 and person["breastfeeding"]:
        return answers.REFER
    if age >= 12:
        return answers.CLA_D7
    lightest, heaviest = BELIEVABLE[age]
    if weight < lightest or weight > heaviest or weight > 40:
        return answers.REFER
    if weight < 12:
        return answers.CLA_D1
    if weight < 20:
        return answers.CLA_D2
    return answers.CLA_D3 if weight < 30 else answers.CLA_D4


def _erythromycin(person: Person) -> Answer:
    if (
        _no_antibiotic(person, "erythromycin")
        or _no_macrolide(person)
        or not BAR_MACROLIDES.isdisjoint(person["interacting_medicines"])
        or person["breastfeeding"]
        or person["acute_porphyria"]
    ):
        return answers.REFER
    return answers.ERY_D1


def uti(person: Person) -> Answer:
    """Uncomplicated urinary tract infection: red flags, eligibility, other causes, then the key signs."""
    if person["life_threatening"]:
        return answers.EMERGENCY_999
    temperature, age = person["temperature_c"], person["age_years"]
    no_defence = person["neutropenia_risk_medicine"] or person["no_working_spleen"]
    if person["sepsis_suspected"] or person["deterioration_risk_suspected"] or (no_defence and temperature > 38):
        return answers.EMERGENCY
    pregnancy, test = person["pregnancy"], person["pregnancy_test_result"]
    if (
        person["rigors"]
        or temperature >= 37.9
        or temperature <= 35
        or person["kidney_pain_or_tenderness"]
        or person["new_myalgia_or_flu_like_illness"]
        or person["nausea_or_vomiting"]
        or no_defence
        or pregnancy == "pregnant"
        or test == "positive"
        or (pregnancy == "possible" and (test == "not_done" or age >= 56))
        or person["immunosuppression"] != "none"
    ):
        return answers.REFER_URGENT
    lately, this_year = person["uti_episodes_last_6_months"], person["uti_episodes_last_12_months"]
    if (
        person["urinary_anatomy"] == "other"
        or not 16 <= age <= 64
        or person["diabetes"]
        or person["urinary_catheter"]
        or lately >= 2
        or this_year >= 3
        or person["recurrence_limit_reached"]
        or person["catheter_removed_last_48h"]
        or lately > this_year
    ):
        return answers.NOT_ELIGIBLE
    key_signs = person["dysuria"] + person["new_nocturia"] + person["cloudy_urine"]
    if (
        person["vaginal_discharge"]
        or person["urethritis_suspected"]
        or person["sti_possible"]
        or person["genitourinary_syndrome_of_menopause"]
        or person["antibiotic_failed_this_episode"]
        or person["unfinished_antibiotic_this_episode"]
        or (key_signs < 2 and _any_sign(person))
    ):
        return answers.REFER
    if not person["consent_given"]:
        return answers.DECLINED
    if key_signs >= 2 and (person["symptom_severity"] != "mild" or person["returning_no_better"]):
        return _nitrofurantoin(person)
    return answers.SELF_CARE


def _any_sign(person: Person) -> bool:
    return (
        person["dysuria"]
        or person["new_nocturia"]
        or person["cloudy_urine"]
        or person["urinary_urgency"]
        or person["urinary_frequency"]
        or person["visible_haematuria"]
        or person["suprapubic_pain_or_tenderness"]
    )


def _nitrofurantoin(person: Person) -> Answer:
    if (
        person["fever_last_48h"]
        or person["breastfeeding"]
        or person["nitrofurantoin_last_3_months"]
        or person["urinary_tract_abnormality"]
        or person["previous_nitrofurantoin_resistance"]
        or person["egfr_ml_min"] < 45
        or person["nitrofurantoin_allergy"]
        or person["g6pd_deficiency"]
        or person["acute_porphyria"]
        or not BAR_NITROFURANTOIN.isdisjoint(person["interacting_medicines"])
        or "nitrofurantoin" in person["other_exclusion_for"]
    ):
        return answers.REFER
    return answers.NIT_D1 if person["mr_capsules_available"] else answers.NIT_D2


DECIDE = {"acute-sore-throat": sore_throat, "uncomplicated-uti": uti}
