"""The states of the United States, the District, territories and military mail. Colour: pure. Read by subdivisions.

Public facts: ISO 3166-2, the time zones of 49 CFR part 71, the ZIP prefixes of the Postal Service (2026-11). A prefix
known to cross a border stands with both sides. A state with two clocks keeps both: an hour must be lawful in each
(RULES S10), which costs an hour of the day there. Military mail is a post box, not a place: it has no zone.
"""

from notifier.terms.territory import Subdivision

EASTERN, CENTRAL, MOUNTAIN, PACIFIC = "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"
ARIZONA, ALASKA, ALEUTIAN, HAWAII = "America/Phoenix", "America/Anchorage", "America/Adak", "Pacific/Honolulu"

# fmt: off
STATES: tuple[Subdivision, ...] = (
    Subdivision("AL", ("Alabama",), (CENTRAL,), (("350", "369"),)),
    Subdivision("AK", ("Alaska",), (ALASKA, ALEUTIAN), (("995", "999"),)),
    Subdivision("AZ", ("Arizona",), (ARIZONA, MOUNTAIN), (("850", "865"),)),
    Subdivision("AR", ("Arkansas",), (CENTRAL,), (("716", "729"),)),
    Subdivision("CA", ("California",), (PACIFIC,), (("900", "961"),)),
    Subdivision("CO", ("Colorado",), (MOUNTAIN,), (("800", "816"),)),
    Subdivision("CT", ("Connecticut",), (EASTERN,), (("060", "069"),)),
    Subdivision("DE", ("Delaware",), (EASTERN,), (("197", "199"),)),
    Subdivision("DC", ("District of Columbia", "Washington DC"), (EASTERN,),
                (("200", "200"), ("202", "205"), ("569", "569"))),
    Subdivision("FL", ("Florida",), (EASTERN, CENTRAL), (("320", "339"), ("341", "349"))),
    Subdivision("GA", ("Georgia",), (EASTERN,), (("300", "319"), ("398", "399"))),
    Subdivision("HI", ("Hawaii",), (HAWAII,), (("967", "968"),)),
    Subdivision("ID", ("Idaho",), (MOUNTAIN, PACIFIC), (("832", "838"),)),
    Subdivision("IL", ("Illinois",), (CENTRAL,), (("600", "629"),)),
    Subdivision("IN", ("Indiana",), (EASTERN, CENTRAL), (("460", "479"),)),
    Subdivision("IA", ("Iowa",), (CENTRAL,), (("500", "528"),)),
    Subdivision("KS", ("Kansas",), (CENTRAL, MOUNTAIN), (("660", "679"),)),
    Subdivision("KY", ("Kentucky",), (EASTERN, CENTRAL), (("400", "427"),)),
    Subdivision("LA", ("Louisiana",), (CENTRAL,), (("700", "714"),)),
    Subdivision("ME", ("Maine",), (EASTERN,), (("039", "049"),)),
    Subdivision("MD", ("Maryland",), (EASTERN,), (("206", "219"),)),
    Subdivision("MA", ("Massachusetts",), (EASTERN,), (("010", "027"), ("055", "055"))),
    Subdivision("MI", ("Michigan",), (EASTERN, CENTRAL), (("480", "499"),)),
    Subdivision("MN", ("Minnesota",), (CENTRAL,), (("550", "567"),)),
    Subdivision("MS", ("Mississippi",), (CENTRAL,), (("386", "397"),)),
    Subdivision("MO", ("Missouri",), (CENTRAL,), (("630", "658"),)),
    Subdivision("MT", ("Montana",), (MOUNTAIN,), (("590", "599"),)),
    Subdivision("NE", ("Nebraska",), (CENTRAL, MOUNTAIN), (("680", "693"),)),
    Subdivision("NV", ("Nevada",), (PACIFIC, MOUNTAIN), (("889", "898"),)),
    Subdivision("NH", ("New Hampshire",), (EASTERN,), (("030", "038"),)),
    Subdivision("NJ", ("New Jersey",), (EASTERN,), (("070", "089"),)),
    Subdivision("NM", ("New Mexico",), (MOUNTAIN,), (("870", "884"),)),
    Subdivision("NY", ("New York",), (EASTERN,), (("005", "005"), ("063", "063"), ("100", "149"))),
    Subdivision("NC", ("North Carolina",), (EASTERN,), (("270", "289"),)),
    Subdivision("ND", ("North Dakota",), (CENTRAL, MOUNTAIN), (("580", "588"),)),
    Subdivision("OH", ("Ohio",), (EASTERN,), (("430", "459"),)),
    Subdivision("OK", ("Oklahoma",), (CENTRAL,), (("730", "732"), ("734", "749"))),
    Subdivision("OR", ("Oregon",), (PACIFIC, MOUNTAIN), (("970", "979"),)),
    Subdivision("PA", ("Pennsylvania",), (EASTERN,), (("150", "196"),)),
    Subdivision("RI", ("Rhode Island",), (EASTERN,), (("028", "029"),)),
    Subdivision("SC", ("South Carolina",), (EASTERN,), (("290", "299"),)),
    Subdivision("SD", ("South Dakota",), (CENTRAL, MOUNTAIN), (("570", "577"),)),
    Subdivision("TN", ("Tennessee",), (EASTERN, CENTRAL), (("370", "385"),)),
    Subdivision("TX", ("Texas",), (CENTRAL, MOUNTAIN),
                (("733", "733"), ("739", "739"), ("750", "799"), ("885", "885"))),
    Subdivision("UT", ("Utah",), (MOUNTAIN,), (("840", "847"),)),
    Subdivision("VT", ("Vermont",), (EASTERN,), (("050", "054"), ("056", "059"))),
    Subdivision("VA", ("Virginia",), (EASTERN,), (("201", "201"), ("220", "246"))),
    Subdivision("WA", ("Washington", "Washington State"), (PACIFIC,), (("980", "994"),)),
    Subdivision("WV", ("West Virginia",), (EASTERN,), (("247", "268"),)),
    Subdivision("WI", ("Wisconsin",), (CENTRAL,), (("530", "549"),)),
    Subdivision("WY", ("Wyoming",), (MOUNTAIN,), (("820", "831"), ("834", "834"))),
    Subdivision("AS", ("American Samoa",), ("Pacific/Pago_Pago",), (("96799", "96799"),)),
    Subdivision("GU", ("Guam",), ("Pacific/Guam",), (("969", "969"),)),
    Subdivision("MP", ("Northern Mariana Islands",), ("Pacific/Saipan",), (("96950", "96952"),)),
    Subdivision("PR", ("Puerto Rico",), ("America/Puerto_Rico",), (("006", "007"), ("009", "009"))),
    Subdivision("UM", ("United States Minor Outlying Islands",), ("Pacific/Midway", "Pacific/Wake")),
    Subdivision("VI", ("Virgin Islands", "U.S. Virgin Islands"), ("America/St_Thomas",), (("008", "008"),)),
    Subdivision("AA", ("Armed Forces Americas",), (), (("340", "340"),)),
    Subdivision("AE", ("Armed Forces Europe",), (), (("090", "098"),)),
    Subdivision("AP", ("Armed Forces Pacific",), (), (("962", "966"),)),
)
# fmt: on
"""By ISO 3166-2 code; ZIP codes by the beginnings of five digits."""
