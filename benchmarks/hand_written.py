"""The rules of both conditions as a good engineer would write them by hand, over a plain dict of complete facts.

It stops at the first thing that decides, keeps no trace, trusts its input and knows no unknown answer. A clause of a
PGD that the pathway has settled before the PGD is opened is not written twice.
"""

from collections.abc import Mapping
from typing import Any

import answers
from answers import Answer

BAR_PENICILLIN = frozenset({"methotrexate", "probenecid", "warfarin"})
BAR_BOTH_MACROLIDES = frozenset(
    {
        "simvastatin",
        "lovastatin",
        "ergot_alkaloid",
        "astemizole",
        "cisapride",
        "pimozide",
        "terfenadine",
        "domperidone",
        "lomitapide",
        "other_qt_prolonging_medicine",
        "colchicine",
        "tolterodine",
        "rivaroxaban",
        "warfarin",
        "enzyme_inducing_antiepileptic",
        "rifampicin",
        "atorvastatin",
        "other_direct_oral_anticoagulant",
        "ritonavir_or_cobicistat",
        "theophylline",
    }
)
BAR_CLARITHROMYCIN = BAR_BOTH_MACROLIDES | {"oral_midazolam", "ticagrelor", "ranolazine"}
BAR_ERYTHROMYCIN = BAR_BOTH_MACROLIDES | {"mizolastine", "amisulpride"}
BAR_NITROFURANTOIN = frozenset({"probenecid", "sulfinpyrazone"})

Person = Mapping[str, Any]


def sore_throat(person: Person) -> Answer:
    """Acute sore throat: red flags, referral, entry, then the ladder by FeverPAIN and severity."""
    if (
        person["epiglottitis_suspected"]
        or person["drooling"]
        or person["cannot_swallow_liquids"]
        or person["muffled_or_lost_voice"]
        or person["severe_distress"]
        or person["stridor"]
        or person["clinical_dehydration"]
        or person["pharyngeal_abscess_suspected"]
        or person["other_severe_complication_suspected"]
        or person["sepsis_suspected"]
    ):
        return answers.EMERGENCY_999 if person["life_threatening"] else answers.EMERGENCY
    if (
        person["scarlet_fever_suspected"]
        or person["quinsy_suspected"]
        or person["immunosuppression"] != "none"
        or person["worsening_rapidly"]
    ):
        return answers.REFER_URGENT
    age, pregnancy = person["age_years"], person["pregnancy"]
    if age < 5 or (age < 16 and pregnancy != "not_pregnant"):
        return answers.NOT_ELIGIBLE
    if (
        person["glandular_fever_suspected"]
        or person["cancer_suspected"]
        or person["antibiotic_failed_this_episode"]
        or person["unfinished_antibiotic_this_episode"]
        or not person["throat_view_adequate"]
    ):
        return answers.REFER
    if not person["consent_given"]:
        return answers.DECLINED
    return _sore_throat_treatment(person)


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
    if person["pregnancy"] == "not_pregnant":
        return _clarithromycin(person)
    return _erythromycin(person)


def _no_antibiotic(person: Person, medicine: str) -> bool:
    return (
        not person["able_to_take_oral_medicine"]
        or person["known_kidney_disease"]
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
        or not BAR_CLARITHROMYCIN.isdisjoint(person["interacting_medicines"])
    ):
        return answers.REFER
    if person["age_years"] >= 12:
        return answers.REFER if person["breastfeeding"] else answers.CLA_D7
    weight = person["weight_kg"]
    if weight < 8 or weight > 40:
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
        or not BAR_ERYTHROMYCIN.isdisjoint(person["interacting_medicines"])
    ):
        return answers.REFER
    return answers.ERY_D1


def uti(person: Person) -> Answer:
    """Uncomplicated urinary tract infection: red flags, eligibility, other causes, then the key signs."""
    if person["sepsis_suspected"] or person["deterioration_risk_suspected"]:
        return answers.EMERGENCY_999 if person["life_threatening"] else answers.EMERGENCY
    if (
        person["rigors"]
        or person["temperature_c"] >= 37.9
        or person["kidney_pain_or_tenderness"]
        or person["new_myalgia_or_flu_like_illness"]
        or person["nausea_or_vomiting"]
    ):
        return answers.REFER_URGENT
    pregnancy, test = person["pregnancy"], person["pregnancy_test_result"]
    if (
        person["urinary_anatomy"] == "other"
        or not 16 <= person["age_years"] <= 64
        or person["diabetes"]
        or pregnancy == "pregnant"
        or test == "positive"
        or person["urinary_catheter"]
        or person["uti_episodes_last_6_months"] >= 2
        or person["uti_episodes_last_12_months"] >= 3
        or person["recurrence_limit_reached"]
    ):
        return answers.NOT_ELIGIBLE
    key_signs = person["dysuria"] + person["new_nocturia"] + person["cloudy_urine"]
    if (
        person["vaginal_discharge"]
        or person["urethritis_suspected"]
        or person["sti_possible"]
        or (pregnancy == "possible" and test == "not_done")
        or person["genitourinary_syndrome_of_menopause"]
        or person["immunosuppression"] != "none"
        or person["antibiotic_failed_this_episode"]
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
