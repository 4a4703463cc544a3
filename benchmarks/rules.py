"""The rules of both conditions as one ladder of expressions, in the words that zen-engine and rule-engine share.

The first row that is met decides, so stopping criteria stand by urgency. ``includes`` is each engine's own way to say
that a list holds one of some values. As in hand_written.py, a PGD's clause that the ladder has settled is not repeated.
"""

from collections.abc import Callable
from dataclasses import dataclass

import answers
from answers import Answer
from hand_written import BAR_MACROLIDES, BAR_NITROFURANTOIN, BAR_PENICILLIN, BELIEVABLE

Includes = Callable[[str, frozenset[str]], str]


@dataclass(frozen=True)
class Row:
    """Any of the conditions is enough, where ``only_if`` holds."""

    answer: Answer
    any_of: tuple[str, ...]
    only_if: str = ""

    def one_each(self) -> list[tuple[str, Answer]]:
        """One row for each condition, so that an engine's own trace names the criterion."""
        return [(f"{self.only_if} and ({one})" if self.only_if else one, self.answer) for one in self.any_of]

    def joined(self) -> tuple[str, Answer]:
        """All in one row: fewer rows, faster."""
        either = " or ".join(f"({one})" for one in self.any_of)
        return (f"{self.only_if} and ({either})" if self.only_if else either), self.answer


@dataclass(frozen=True)
class Ladder:
    """The stopping criteria, then the treatment rows; ``score`` is a name used in the latter and what it stands for."""

    stops: tuple[Row, ...]
    treatment: tuple[Row, ...]
    score: tuple[str, str] | None = None


def _emergency(*flags: str) -> tuple[Row, ...]:
    return Row(answers.EMERGENCY_999, ("life_threatening",)), Row(answers.EMERGENCY, flags)


ALWAYS = ("true",)

FEVERPAIN = (
    "(fever_over_38_last_24_hours ? 1 : 0) + (pus_on_tonsils ? 1 : 0) + (symptom_duration_days <= 3 ? 1 : 0)"
    " + (tonsils_severely_inflamed ? 1 : 0) + (cough_present or coryza_present ? 0 : 1)"
)


def sore_throat(includes: Includes) -> Ladder:
    """Acute sore throat."""
    no_antibiotic = (
        "not able_to_take_oral_medicine",
        "egfr_ml_min < 30",
        "severe_liver_impairment",
        "antibiotic_colitis_history",
    )
    no_macrolide = (*no_antibiotic, "macrolide_allergy", "qt_or_arrhythmia_risk", "myasthenia_gravis")

    def barred(medicine: str, by: frozenset[str]) -> tuple[str, str]:
        return includes("other_exclusion_for", frozenset({medicine})), includes("interacting_medicines", by)

    penicillin = "not penicillin_allergy"
    said_or_tested = "(pregnancy != 'not_pregnant' or pregnancy_test_result == 'positive')"
    pregnant = "age_years <= 55 and (pregnancy == 'pregnant' or (pregnancy == 'possible' and pregnancy_test_result == 'positive'))"
    pregnancy_open = (
        "pregnancy == 'possible' and pregnancy_test_result == 'not_done'",
        "pregnancy == 'not_pregnant' and pregnancy_test_result == 'positive'",
        f"age_years > 55 and {said_or_tested}",
    )
    not_believable = tuple(
        f"age_years == {age} and (weight_kg < {lightest} or weight_kg > {heaviest})"
        for age, (lightest, heaviest) in BELIEVABLE.items()
    )
    return Ladder(
        stops=(
            *_emergency(
                "epiglottitis_suspected",
                "drooling",
                "cannot_swallow_liquids",
                "muffled_voice",
                "severe_distress",
                "stridor",
                "clinical_dehydration",
                "pharyngeal_abscess_suspected",
                "other_severe_complication_suspected",
                "sepsis_suspected",
                "fever_over_38_last_24_hours and neutropenia_risk_medicine",
                "fever_over_38_last_24_hours and no_working_spleen",
            ),
            Row(
                answers.REFER_URGENT,
                (
                    "scarlet_fever_suspected",
                    "quinsy_suspected",
                    "immunosuppression != 'none'",
                    "worsening_rapidly",
                    "neutropenia_risk_medicine",
                    "systemically_unwell",
                    "high_risk_illness",
                    "no_working_spleen",
                ),
            ),
            Row(answers.NOT_ELIGIBLE, ("age_years < 5", f"age_years < 16 and {said_or_tested}")),
            Row(
                answers.REFER,
                (
                    "glandular_fever_suspected",
                    "cancer_suspected",
                    "symptom_duration_days > 14",
                    "antibiotic_failed_this_episode",
                    "unfinished_antibiotic_this_episode",
                    "not throat_view_adequate",
                ),
            ),
            Row(answers.DECLINED, ("not consent_given",)),
        ),
        score=("feverpain", FEVERPAIN),
        treatment=(
            Row(answers.REFER, ("feverpain <= 1 and returning_no_better and symptom_duration_days >= 7",)),
            Row(
                answers.SELF_CARE,
                (
                    "feverpain <= 1",
                    "feverpain <= 3 and not returning_no_better",
                    "symptom_severity != 'severe' and not returning_no_better",
                    "not (feverpain >= 4 and symptom_severity == 'severe')"
                    " and not (returning_no_better and antibiotic_indicated_on_clinical_judgement)",
                    "not shared_decision_for_antibiotic",
                ),
            ),
            Row(
                answers.REFER,
                (*no_antibiotic, "severe_beta_lactam_reaction", *barred("phenoxymethylpenicillin", BAR_PENICILLIN)),
                penicillin,
            ),
            Row(answers.PEN_D1, ("age_years < 6",), penicillin),
            Row(answers.PEN_D2, ("age_years < 12",), penicillin),
            Row(answers.PEN_D3, ("age_years < 18",), penicillin),
            Row(answers.PEN_D4, (penicillin,)),
            Row(
                answers.REFER,
                (*no_macrolide, "breastfeeding", "acute_porphyria", *barred("erythromycin", BAR_MACROLIDES)),
                pregnant,
            ),
            Row(answers.ERY_D1, (pregnant,)),
            Row(answers.REFER, pregnancy_open),
            Row(
                answers.REFER,
                (
                    *no_macrolide,
                    *barred("clarithromycin", BAR_MACROLIDES),
                    "age_years < 12 and weight_kg > 40",
                    *not_believable,
                    "age_years >= 11 and breastfeeding",
                ),
            ),
            Row(answers.CLA_D7, ("age_years >= 12",)),
            Row(answers.CLA_D1, ("weight_kg < 12",)),
            Row(answers.CLA_D2, ("weight_kg < 20",)),
            Row(answers.CLA_D3, ("weight_kg < 30",)),
            Row(answers.CLA_D4, ALWAYS),
        ),
    )


def uti(includes: Includes) -> Ladder:
    """Uncomplicated urinary tract infection."""
    two_key_signs = "((dysuria ? 1 : 0) + (new_nocturia ? 1 : 0) + (cloudy_urine ? 1 : 0) >= 2)"
    other_signs = "urinary_urgency or urinary_frequency or visible_haematuria or suprapubic_pain_or_tenderness"
    return Ladder(
        stops=(
            *_emergency(
                "sepsis_suspected",
                "deterioration_risk_suspected",
                "neutropenia_risk_medicine and temperature_c > 38",
                "no_working_spleen and temperature_c > 38",
            ),
            Row(
                answers.REFER_URGENT,
                (
                    "rigors",
                    "temperature_c >= 37.9",
                    "temperature_c <= 35",
                    "kidney_pain_or_tenderness",
                    "new_myalgia_or_flu_like_illness",
                    "nausea_or_vomiting",
                    "neutropenia_risk_medicine",
                    "no_working_spleen",
                    "pregnancy == 'pregnant' or pregnancy_test_result == 'positive'",
                    "pregnancy == 'possible' and (pregnancy_test_result == 'not_done' or age_years >= 56)",
                    "immunosuppression != 'none'",
                ),
            ),
            Row(
                answers.NOT_ELIGIBLE,
                (
                    "urinary_anatomy == 'other'",
                    "age_years < 16 or age_years > 64",
                    "diabetes",
                    "urinary_catheter",
                    "uti_episodes_last_6_months >= 2",
                    "uti_episodes_last_12_months >= 3",
                    "recurrence_limit_reached",
                    "catheter_removed_last_48h",
                    "uti_episodes_last_6_months > uti_episodes_last_12_months",
                ),
            ),
            Row(
                answers.REFER,
                (
                    "vaginal_discharge",
                    "urethritis_suspected",
                    "sti_possible",
                    "genitourinary_syndrome_of_menopause",
                    "antibiotic_failed_this_episode",
                    "unfinished_antibiotic_this_episode",
                    f"not {two_key_signs} and (dysuria or new_nocturia or cloudy_urine or {other_signs})",
                ),
            ),
            Row(answers.DECLINED, ("not consent_given",)),
        ),
        treatment=(
            Row(
                answers.SELF_CARE,
                (f"not {two_key_signs}", "symptom_severity == 'mild' and not returning_no_better"),
            ),
            Row(
                answers.REFER,
                (
                    "fever_last_48h",
                    "breastfeeding",
                    "nitrofurantoin_last_3_months",
                    "urinary_tract_abnormality",
                    "previous_nitrofurantoin_resistance",
                    "egfr_ml_min < 45",
                    "nitrofurantoin_allergy",
                    "g6pd_deficiency",
                    "acute_porphyria",
                    includes("interacting_medicines", BAR_NITROFURANTOIN),
                    includes("other_exclusion_for", frozenset({"nitrofurantoin"})),
                ),
            ),
            Row(answers.NIT_D1, ("mr_capsules_available",)),
            Row(answers.NIT_D2, ALWAYS),
        ),
    )


LADDERS = {"acute-sore-throat": sore_throat, "uncomplicated-uti": uti}
