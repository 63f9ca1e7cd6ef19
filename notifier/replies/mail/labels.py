"""How mail programs mark what others wrote, and how people and phones sign, in many languages. Colour: pure.

Called by quotes and signatures. All is read at once, because customers mix languages; lines are compared folded: small
letters, without marks.
"""

import re
import unicodedata

LONGEST_LINE = 400
"""Characters of a line that are compared: no mark of a mail program is longer."""

_ALIKE = str.maketrans("’‘`´\u00a0\u202fłøđı", "''''  lodi")


def folded(line: str) -> str:
    """The beginning of a line in small letters without marks, for comparing."""
    if line.isascii():
        return line[:LONGEST_LINE].lower().strip()
    plain = unicodedata.normalize("NFKD", line[:LONGEST_LINE].casefold().translate(_ALIKE))
    return "".join(one for one in plain if not unicodedata.combining(one)).strip()


def _any(*alternatives: str) -> str:
    return "(?:" + "|".join("|".join(one.split(" | ")) for one in alternatives) + ")"


_WROTE_EAST = unicodedata.normalize("NFKD", "(?:작성|写道|寫道|書きました).{0,10}")
WROTE = re.compile(
    f"{_WROTE_EAST}:$|"
    r"\b"
    + _any(
        r"(?:wrote|writes|said)(?: (?:on|at|the following)\b[^.!?]{0,60})?",
        r"(?:schrieb|schrieben|geschrieben)\b.{0,160}",
        "(?:a ecrit|ecrit|escribio|ha escrito|ha scritto|scrisse|escreveu)(?: (?:le|el|il|em|no dia)\\b[^.!?]{0,60})?",
        r"(?:schreef|geschreven|skrev|kirjoitti|napsal(?:a|\(a\))?|irta|napisal(?:a|\(a\))?)(?!\w).{0,160}",
    )
    + r"\s?[:：]$"
)
"""How the line above a quote ends: somebody wrote this."""

DATED = re.compile(r"@|\b(?:19|20)\d\d\b|\d{1,2}[:.]\d\d\b|\d{1,2}[./]\d{1,2}[./]")
"""What makes it sure that such a line is no sentence of the customer's: an address, a year, an hour, a date."""

FIRST_PERSON = re.compile(
    r"\bi (?:\w+ )?(?:wrote|said)\b|\b(?:j'ai|nous avons) |"
    r"\b(?:ich|wir) (?:habe|hatte|schrieb)|\b(?:habe|hatte|schrieb)(?:n|en)? (?:ich|wir)\b"
)
"""The customer speaks of what she wrote herself: that is no line above a quote."""

OPENS = re.compile(
    _any(
        "on | at | am | le | el | il | op | em | no dia | a | den | dnia | w dniu | dne | ma",
        "mon | tue | wed | thu | fri | sat | sun | mo | di | mi | do | fr | sa | so | lun | mar | mer | gio | ven",
    )
    + r"[.,]?\s|[\d<\"'(\[*-]"
)
"""How such a line begins where it runs over two or three lines."""

FROM = re.compile(_any("from | von | de | da | van | fra | fran | od | lahettaja") + r"\s?:")
OTHER_LABELS = {
    "sent": re.compile(
        _any(
            "sent | date | gesendet | datum | envoye | envoye le | enviado | enviado el | fecha | enviada",
            "inviato | data | verzonden | enviada em | enviado em | sendt | skickat | dato | wyslano | odeslano",
        )
        + r"\s?:"
    ),
    "to": re.compile(_any("to | an | a | para | aan | til | till | do | komu | vastaanottaja") + r"\s?:"),
    "subject": re.compile(
        _any("subject | betreff | objet | asunto | oggetto | onderwerp | assunto | emne | amne | temat | predmet")
        + r"\s?:"
    ),
    "copy": re.compile(
        _any("cc | bcc | kopie | kopia | copie | reply-to | antwort an | importance | wichtigkeit | priority") + r"\s?:"
    ),
}
"""The lines of a header that Outlook and others copy above what they quote."""

REST = re.compile(
    r"[-_=*>\s]{0,60}"
    + _any(
        "original message | original-nachricht | original appointment | ursprungliche (?:nachricht|mail|e-mail)",
        "urspr\\. nachricht | message d'origine | message original | mensaje original | messaggio originale",
        "oorspronkelijk bericht | mensagem original | oprindelig meddelelse | ursprungligt meddelande",
        "forwarded (?:message|by .{0,80}) | begin forwarded message | weitergeleitete (?:nachricht|mail|e-mail)",
        "anfang der weitergeleiteten (?:nachricht|e-mail) | message transfere",
        "debut du message (?:transfere|reexpedie)",
        "mensaje reenviado | inicio del mensaje reenviado | messaggio inoltrato | inizio (?:del )?messaggio inoltrato",
        "doorgestuurd bericht | begin (?:van )?doorgestuurd bericht | mensagem (?:encaminhada|reencaminhada)",
        "inicio da mensagem (?:encaminhada|reencaminhada)",
    )
    + r"\s?:?\s?[-_=*<\s]{0,60}$"
)
"""A line behind which only older mails follow."""

ABOVE = re.compile(
    _any(
        "(?:reply|write|type your reply|respond) above this line",
        "(?:antworten|schreiben) sie (?:bitte )?(?:ober|uber)halb dieser (?:linie|zeile)",
        "repondez au-dessus de cette ligne | responda (?:por )?(?:encima|acima) de(?:sta)? linea",
        "rispondi sopra questa riga | antwoord boven deze (?:lijn|regel) | responda acima desta linha",
    )
)
"""A line of a helpdesk: what is below it is not the customer's."""

_DEVICE = _any(
    "iphone | ipad | ipod | apple watch | android | samsung | galaxy | huawei | xiaomi | oneplus | pixel | blackberry",
    "nokia | motorola | xperia | fairphone | windows | macbook | outlook | yahoo | gmail | gmx | web\\.de",
    "thunderbird | t-online | telekom | aol | proton ?mail | icloud | mail app | bluemail | k-9 mail",
    "fairemail | superhuman",
    "(?:my|meinem|meiner|mon|ma|mi|mio|mia|mijn|meu|min|mit) (?:mobile?|movil|mobiel|smartphone|handy|phone|tablet)",
    "(?:my|meinem|mon|mi|mio|mijn|meu|min) (?:telefon|telefono|telephone|telefoon|telemovel|celular|mac|mobiltelefon)",
    "(?:mail|correo|courrier|posta|e-mail) (?:for|fur|para|pour|per|voor)",
)
_MORE = (
    r"(?:[ ,/-]+(?:"
    + _DEVICE
    + r"|on|for|fur|pour|para|per|voor|mit|an|a|the|ios|app|mail|secure|email|mobile|phone|smartphone|\S{0,8}\d\S{0,8}|"
    r"pro|max|mini|plus|ultra|note|at&t|verizon|t-mobile|"
    r"(?:please |bitte )?(?:excuse|pardon|forgive|entschuldigen).{0,60})){0,12}"
)
FOOTER = re.compile(
    _any(
        "sent (?:from|via|with|using|by)",
        "gesendet (?:von|mit|uber|aus)",
        "envoye (?:de|depuis|a partir de|avec|par|via)",
        "enviado (?:desde|do|da|de|a partir d[eo]|com|con|via|pelo)",
        "inviato (?:da|dal|con|tramite)",
        "(?:verzonden|verstuurd) (?:vanaf|vanuit|met|via|vanop|door)",
        "sendt fra | skickat fran | wyslano z | odeslano z | lahetetty",
    )
    + r"\b.{0,60}?\b"
    + _DEVICE
    + _MORE
    + r"[.!]?(?:\s?[<(]?https?://\S{0,200})?$"
    + r"|"
    + _any(
        r"von mein(?:em|er) \S{1,20} (?:\S{1,20} ){0,3}gesendet | von unterwegs gesendet",
        r"diese (?:nachricht|e-mail|mail) wurde (?:von|mit) .{0,60}(?:gesendet|verschickt|geschickt)",
        r"(?:virus-?free|virenfrei|garanti sans virus|libre de virus|privo di virus|virusvrij)[. ].{0,80}",
        r"(?:get|download|obtenir|obten(?:er)?|obter o|scarica|ottieni|telecharge[rz]) outlook (?:for|pour|para|per).+",
        r"(?:holen|laden) sie (?:sich )?outlook fur .{0,80} | (?:download )?outlook voor .{0,80}",
    )
    + r"\.?$"
)
"""What a phone or a mail program adds at the end."""

_CLOSINGS = _any(
    "(?:with )?(?:best|kind|kindest|warm|warmest) (?:regards|wishes) | regards | all the best",
    "sincerely | (?:yours|very) (?:sincerely|truly|faithfully) | sincerely yours",
    "(?:many )?thanks and (?:best |kind )?regards",
    "mit (?:freundliche[nm]|besten|herzlichen|lieben|vielen) (?:grus+(?:en)?|gruessen|gruess) | mfg",
    "(?:viele|liebe|beste|freundliche|herzliche|schone) (?:grus+e|gruesse) | (?:lieber|schoner|bester) grus+ | grus+e",
    "hochachtungsvoll | gruesse",
    "(?:bien )?cordialement | bien a vous | (?:sinceres|meilleures|cordiales) salutations | cdt",
    "salutations distinguees",
    "(?:un (?:cordial )?saludo|saludos|saludos cordiales|muchos saludos|atentamente|cordialmente)",
    "cordiali saluti | distinti saluti | (?:un )?(?:cordiale )?saluto | saluti | tanti saluti",
    "(?:met )?(?:vriendelijke|hartelijke) groet(?:en|jes)? | groet(?:en|jes)? | mvg | m\\.v\\.g\\.?",
    "atenciosamente | (?:com os )?(?:melhores |meus )?cumprimentos | abracos",
    "(?:med )?(?:venlig|vennlig|vanliga) (?:hilsen|halsningar) | mvh | pozdrawiam | z powazaniem | s pozdravem",
)
CLOSING = re.compile(_CLOSINGS + r"(?!\w)(?:\s?[,.!;/–-]+)?\s*(?P<name>.{0,60})$")
"""How a letter ends. What stands behind the comma may be a name."""

SHORT_CLOSING = re.compile(r"(?:lg|vg|bg)(?:\s?[,.!;/–-]+)?\s*(?P<name>.{0,60})$")
"""The same in two letters, which may be a brand of what was ordered: only alone or with the writer's own name."""

AFTER = re.compile(r"(?:p\.? ?p?\.? ?s\.?|p\.? ?d\.?|n\.? ?b\.?|nachtrag|posdata|post scriptum)\s?[:.,–-]?\s")
"""A postscript: the customer's words again."""

DISCLAIMER = re.compile(
    _any(
        "confidential | vertraulich | confidentiel | confidencial | riservat | vertrouwelijk | privileged | disclaimer"
    )
)
RECIPIENT = re.compile(
    _any(
        "recipient | addressee | empfanger | adressat | destinatair | destinatari | geadresseerde | ontvanger",
        "in error | irrtumlich | par erreur | por error | per errore | por engano | abusivement",
    )
)
"""Both in one paragraph: what a company adds below each mail."""
