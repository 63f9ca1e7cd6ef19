"""Provinces and states of other countries with several clocks. Colour: pure. Read by subdivisions.

Public facts: ISO 3166-2, the IANA time zone database, and the posts of Canada and Australia (2026-11). A province with
several clocks keeps all of them: an hour must suit each (RULES S10). Sydney thus loses half an hour of the morning
and of the evening, because Lord Howe and Broken Hill are in its state.
"""

from notifier.terms.territory import Subdivision

# fmt: off
CANADA: tuple[Subdivision, ...] = (
    Subdivision("AB", ("Alberta",), ("America/Edmonton",), (("T", "T"),)),
    Subdivision("BC", ("British Columbia", "Colombie-Britannique"),
                ("America/Vancouver", "America/Edmonton", "America/Fort_Nelson"), (("V", "V"),)),
    Subdivision("MB", ("Manitoba",), ("America/Winnipeg",), (("R", "R"),)),
    Subdivision("NB", ("New Brunswick", "Nouveau-Brunswick"), ("America/Moncton",), (("E", "E"),)),
    Subdivision("NL", ("Newfoundland and Labrador", "Newfoundland", "Labrador", "Terre-Neuve-et-Labrador"),
                ("America/St_Johns", "America/Goose_Bay"), (("A", "A"),)),
    Subdivision("NS", ("Nova Scotia", "Nouvelle-Écosse"), ("America/Halifax",), (("B", "B"),)),
    Subdivision("NT", ("Northwest Territories", "Territoires du Nord-Ouest"),
                ("America/Edmonton", "America/Inuvik"), (("X", "X"),)),
    Subdivision("NU", ("Nunavut",),
                ("America/Iqaluit", "America/Rankin_Inlet", "America/Cambridge_Bay", "America/Resolute",
                 "America/Atikokan"), (("X", "X"),)),
    Subdivision("ON", ("Ontario",), ("America/Toronto", "America/Winnipeg", "America/Atikokan"),
                (("K", "N"), ("P", "P"))),
    Subdivision("PE", ("Prince Edward Island", "PEI", "Île-du-Prince-Édouard"), ("America/Halifax",), (("C", "C"),)),
    Subdivision("QC", ("Quebec", "Québec", "PQ"), ("America/Toronto", "America/Halifax", "America/Blanc-Sablon"),
                (("G", "H"), ("J", "J"))),
    Subdivision("SK", ("Saskatchewan",), ("America/Regina", "America/Edmonton", "America/Winnipeg"), (("S", "S"),)),
    Subdivision("YT", ("Yukon", "Yukon Territory"), ("America/Whitehorse",), (("Y", "Y"),)),
)
"""Postal codes by their first letter; X is shared."""

AUSTRALIA: tuple[Subdivision, ...] = (
    Subdivision("ACT", ("Australian Capital Territory",), ("Australia/Sydney",),
                (("0200", "0299"), ("2600", "2618"), ("2900", "2920"))),
    Subdivision("NSW", ("New South Wales",), ("Australia/Sydney", "Australia/Broken_Hill", "Australia/Lord_Howe"),
                (("1000", "2599"), ("2619", "2899"), ("2921", "2999"))),
    Subdivision("NT", ("Northern Territory",), ("Australia/Darwin",), (("0800", "0999"),)),
    Subdivision("QLD", ("Queensland",), ("Australia/Brisbane",), (("4000", "4999"), ("9000", "9999"))),
    Subdivision("SA", ("South Australia",), ("Australia/Adelaide",), (("5000", "5999"),)),
    Subdivision("TAS", ("Tasmania",), ("Australia/Hobart",), (("7000", "7999"),)),
    Subdivision("VIC", ("Victoria",), ("Australia/Melbourne",), (("3000", "3999"), ("8000", "8999"))),
    Subdivision("WA", ("Western Australia",), ("Australia/Perth", "Australia/Eucla"), (("6000", "6999"),)),
)
"""Postal codes by four digits."""

BRAZIL: tuple[Subdivision, ...] = (
    Subdivision("AC", ("Acre",), ("America/Rio_Branco",)),
    Subdivision("AL", ("Alagoas",), ("America/Maceio",)),
    Subdivision("AM", ("Amazonas",), ("America/Manaus", "America/Eirunepe")),
    Subdivision("AP", ("Amapá",), ("America/Belem",)),
    Subdivision("BA", ("Bahia",), ("America/Bahia",)),
    Subdivision("CE", ("Ceará",), ("America/Fortaleza",)),
    Subdivision("DF", ("Distrito Federal",), ("America/Sao_Paulo",)),
    Subdivision("ES", ("Espírito Santo",), ("America/Sao_Paulo",)),
    Subdivision("GO", ("Goiás",), ("America/Sao_Paulo",)),
    Subdivision("MA", ("Maranhão",), ("America/Fortaleza",)),
    Subdivision("MG", ("Minas Gerais",), ("America/Sao_Paulo",)),
    Subdivision("MS", ("Mato Grosso do Sul",), ("America/Campo_Grande",)),
    Subdivision("MT", ("Mato Grosso",), ("America/Cuiaba",)),
    Subdivision("PA", ("Pará",), ("America/Belem", "America/Santarem")),
    Subdivision("PB", ("Paraíba",), ("America/Fortaleza",)),
    Subdivision("PE", ("Pernambuco",), ("America/Recife", "America/Noronha")),
    Subdivision("PI", ("Piauí",), ("America/Fortaleza",)),
    Subdivision("PR", ("Paraná",), ("America/Sao_Paulo",)),
    Subdivision("RJ", ("Rio de Janeiro",), ("America/Sao_Paulo",)),
    Subdivision("RN", ("Rio Grande do Norte",), ("America/Fortaleza",)),
    Subdivision("RO", ("Rondônia",), ("America/Porto_Velho",)),
    Subdivision("RR", ("Roraima",), ("America/Boa_Vista",)),
    Subdivision("RS", ("Rio Grande do Sul",), ("America/Sao_Paulo",)),
    Subdivision("SC", ("Santa Catarina",), ("America/Sao_Paulo",)),
    Subdivision("SE", ("Sergipe",), ("America/Maceio",)),
    Subdivision("SP", ("São Paulo",), ("America/Sao_Paulo",)),
    Subdivision("TO", ("Tocantins",), ("America/Araguaina",)),
)
"""By region only."""

MEXICO: tuple[Subdivision, ...] = (
    Subdivision("AGU", ("Aguascalientes",), ("America/Mexico_City",)),
    Subdivision("BCN", ("Baja California",), ("America/Tijuana",)),
    Subdivision("BCS", ("Baja California Sur",), ("America/Mazatlan",)),
    Subdivision("CAM", ("Campeche",), ("America/Merida",)),
    Subdivision("CHH", ("Chihuahua",), ("America/Chihuahua", "America/Ciudad_Juarez", "America/Ojinaga")),
    Subdivision("CHP", ("Chiapas",), ("America/Mexico_City",)),
    Subdivision("CMX", ("Ciudad de México", "Distrito Federal", "CDMX", "Mexico City", "DIF"),
                ("America/Mexico_City",)),
    Subdivision("COA", ("Coahuila", "Coahuila de Zaragoza"), ("America/Monterrey", "America/Matamoros")),
    Subdivision("COL", ("Colima",), ("America/Mexico_City",)),
    Subdivision("DUR", ("Durango",), ("America/Monterrey",)),
    Subdivision("GRO", ("Guerrero",), ("America/Mexico_City",)),
    Subdivision("GUA", ("Guanajuato",), ("America/Mexico_City",)),
    Subdivision("HID", ("Hidalgo",), ("America/Mexico_City",)),
    Subdivision("JAL", ("Jalisco",), ("America/Mexico_City",)),
    Subdivision("MEX", ("Estado de México", "Edomex"), ("America/Mexico_City",)),
    Subdivision("MIC", ("Michoacán", "Michoacán de Ocampo"), ("America/Mexico_City",)),
    Subdivision("MOR", ("Morelos",), ("America/Mexico_City",)),
    Subdivision("NAY", ("Nayarit",), ("America/Mazatlan", "America/Bahia_Banderas")),
    Subdivision("NLE", ("Nuevo León",), ("America/Monterrey", "America/Matamoros")),
    Subdivision("OAX", ("Oaxaca",), ("America/Mexico_City",)),
    Subdivision("PUE", ("Puebla",), ("America/Mexico_City",)),
    Subdivision("QUE", ("Querétaro",), ("America/Mexico_City",)),
    Subdivision("ROO", ("Quintana Roo",), ("America/Cancun",)),
    Subdivision("SIN", ("Sinaloa",), ("America/Mazatlan",)),
    Subdivision("SLP", ("San Luis Potosí",), ("America/Mexico_City",)),
    Subdivision("SON", ("Sonora",), ("America/Hermosillo", "America/Tijuana")),
    Subdivision("TAB", ("Tabasco",), ("America/Mexico_City",)),
    Subdivision("TAM", ("Tamaulipas",), ("America/Monterrey", "America/Matamoros")),
    Subdivision("TLA", ("Tlaxcala",), ("America/Mexico_City",)),
    Subdivision("VER", ("Veracruz", "Veracruz de Ignacio de la Llave"), ("America/Mexico_City",)),
    Subdivision("YUC", ("Yucatán",), ("America/Merida",)),
    Subdivision("ZAC", ("Zacatecas",), ("America/Mexico_City",)),
)
"""By region only."""
# fmt: on
