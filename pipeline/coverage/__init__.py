"""How complete a collection is: what its lists catch of what there is, and what is missing. Estimates, days, reasons."""
