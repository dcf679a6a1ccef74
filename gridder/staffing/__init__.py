"""What grids mean in people: posts, walks, money. Pure functions from tables to tables.

Read in this order; each module rests on those before it.
posts, training          posts of one community from the words of the opinions; seats of training
budget                   money in whole fen; inputs of the county
hiring                   the county cap shared out, people present, the years of hiring and their cost
paths, steps, network    where people walk;  turns, tours, patrol: one round of each grid
siting, halls            who lives near a hall, and where another would stand
persons, roster, roster_pay, head_counts, roster_counts    tables of staff read, checked, weighed and counted
options, community_posts, grid_days           figures of every k, community and grid
remarks, hall_words, roster_findings          what somebody should know
staff                    wires all of it; columns, basis, formulas, roster_sheet, sheets make the workbook's tables
"""
