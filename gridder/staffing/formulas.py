"""Formulas of the workbook, so that a changed input moves every figure that rests on it; blank stays blank.

In brackets: ``[pool]`` the cell of the same row, ``[wage]`` an input on Budget, ``[Certificates!allowances]`` the cell of
the same community on another sheet, ``[year_1:year_3]`` cells side by side. Amounts are rounded to whole fen, half up,
where ``staffing.budget`` rounds them.
"""

from __future__ import annotations

from gridder.staffing.basis import split_number

# Inputs on Budget: name in a formula → setting of the county or field of the policy.
INPUTS = {
    "wage": "reference_wage_yuan_year",
    "rate": "employer_rate",
    "medical_each": "medical_check_yuan_year",
    "leave_each": "paid_leave_yuan_year",
    "emergency_each": "emergency_yuan_year",
    "share": "base_pay_share",
    "assistant_each": "助理社工师",
    "certified_each": "社工师",
    "senior_each": "高级社工师",
}

PER_PERSON = '=IF(OR([{each}]="",[posts_given]=""),"",ROUND([posts_given]*ROUND([{each}],2),2))'
LINES = {
    "pool": '=IF(OR([wage]="",[posts_given]=""),"",ROUND([posts_given]*ROUND([wage],2),2))',
    "base": '=IF([pool]="","",ROUND([pool]*[share],2))',
    "performance": '=IF([pool]="","",ROUND([pool]-[base],2))',
    "employer": '=IF(OR([pool]="",[rate]=""),"",ROUND([pool]*[rate],2))',
    "allowances": '=IF(OR([posts_given]="",[Certificates!allowances]=""),"",[Certificates!allowances])',
    "medical": PER_PERSON.format(each="medical_each"),
    "leave": PER_PERSON.format(each="leave_each"),
    "emergency": PER_PERSON.format(each="emergency_each"),
    "total": '=IF(OR([pool]="",[employer]=""),"",ROUND([pool]+[employer]'
    "+SUM([allowances],[medical],[leave],[emergency],[pay_kept]),2))",
}
FORMULAS: dict[str, dict[str, str]] = {
    "Budget": LINES,
    "Options": LINES
    | {"cost_more": '=IF(OR([total]="",[Budget!total]=""),"",ROUND([total]-[Budget!total],2))'},
    "Hiring": {
        "hiring_gap": '=IF(OR([posts_given]="",[present]=""),"",[posts_given]-[present])',
        "hiring": '=IF([hiring_gap]="","",MAX(0,[hiring_gap]))',
        "present_over": '=IF([hiring_gap]="","",MAX(0,-[hiring_gap]))',
    },
    "Certificates": {
        "allowances": '=IF(OR(AND([assistant_certified_held]="",[assistant_each]<>0),'
        'AND([certified_held]="",[certified_each]<>0),AND([senior_certified_held]="",[senior_each]<>0)),"",'
        "ROUND(12*(N([assistant_certified_held])*ROUND([assistant_each],2)"
        "+N([certified_held])*ROUND([certified_each],2)"
        "+N([senior_certified_held])*ROUND([senior_each],2)),2))"
    },
}
PEOPLE_COST = (
    '=IF(OR([wage]="",[rate]="",COUNT({people})=0),"",ROUND(SUM({people})*ROUND([wage],2)'
    "+ROUND(SUM({people})*ROUND([wage],2)*[rate],2)"
    "+SUM({people})*(ROUND(N([medical_each]),2)+ROUND(N([leave_each]),2)+ROUND(N([emergency_each]),2)),2))"
)


def template_of(sheet: str, column: str, years: int) -> str | None:
    """Return the formula of a column with names in brackets, None where its figures are those of the plan.

    Parameters
    ----------
    years
        Years of the hiring schedule.
    """
    stem, number = split_number(column)
    if stem in ("cost_year_", "spent_year_", "cost_at_once") and sheet == "HiringCost":
        if stem == "spent_year_":
            spent = f"[cost_year_1:cost_year_{number}]"
            return f'=IF(COUNT({spent})=0,"",ROUND(SUM({spent}),2))'
        return PEOPLE_COST.format(people=f"[Hiring!year_1:year_{number or years}]")
    return FORMULAS.get(sheet, {}).get(column)
