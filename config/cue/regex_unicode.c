/* The Unicode classes that Go's regexp knows by name. */
#include "config/cue/regex_syntax.h"

#include <ctype.h>
#include <stdio.h>

/* Long names of general categories, and what they stand for. */
static const struct {
    const char *name, *category;
} aliases[] = {
    {"casedletter", "LC"},
    {"closepunctuation", "Pe"},
    {"combiningmark", "M"},
    {"connectorpunctuation", "Pc"},
    {"control", "Cc"},
    {"currencysymbol", "Sc"},
    {"dashpunctuation", "Pd"},
    {"decimalnumber", "Nd"},
    {"enclosingmark", "Me"},
    {"finalpunctuation", "Pf"},
    {"format", "Cf"},
    {"initialpunctuation", "Pi"},
    {"letter", "L"},
    {"letternumber", "Nl"},
    {"lineseparator", "Zl"},
    {"lowercaseletter", "Ll"},
    {"mark", "M"},
    {"mathsymbol", "Sm"},
    {"modifierletter", "Lm"},
    {"modifiersymbol", "Sk"},
    {"nonspacingmark", "Mn"},
    {"number", "N"},
    {"openpunctuation", "Ps"},
    {"other", "C"},
    {"otherletter", "Lo"},
    {"othernumber", "No"},
    {"otherpunctuation", "Po"},
    {"othersymbol", "So"},
    {"paragraphseparator", "Zp"},
    {"privateuse", "Co"},
    {"punctuation", "P"},
    {"separator", "Z"},
    {"spaceseparator", "Zs"},
    {"spacingmark", "Mc"},
    {"surrogate", "Cs"},
    {"symbol", "S"},
    {"titlecaseletter", "Lt"},
    {"unassigned", "Cn"},
    {"uppercaseletter", "Lu"},
    {"cntrl", "Cc"},
    {"digit", "Nd"},
    {"punct", "P"},
};

static const char categories[] =
    " C Cc Cf Cn Co Cs L LC Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P Pc Pd Pe Pf Pi Po Ps S Sc Sk Sm So Z Zl Zp Zs ";

/* As Unicode writes them: PCRE2 takes these names. */
static const char *const scripts[] = {
    "Adlam",
    "Ahom",
    "Anatolian_Hieroglyphs",
    "Arabic",
    "Armenian",
    "Avestan",
    "Balinese",
    "Bamum",
    "Bassa_Vah",
    "Batak",
    "Bengali",
    "Bhaiksuki",
    "Bopomofo",
    "Brahmi",
    "Braille",
    "Buginese",
    "Buhid",
    "Canadian_Aboriginal",
    "Carian",
    "Caucasian_Albanian",
    "Chakma",
    "Cham",
    "Cherokee",
    "Chorasmian",
    "Common",
    "Coptic",
    "Cuneiform",
    "Cypriot",
    "Cypro_Minoan",
    "Cyrillic",
    "Deseret",
    "Devanagari",
    "Dives_Akuru",
    "Dogra",
    "Duployan",
    "Egyptian_Hieroglyphs",
    "Elbasan",
    "Elymaic",
    "Ethiopic",
    "Georgian",
    "Glagolitic",
    "Gothic",
    "Grantha",
    "Greek",
    "Gujarati",
    "Gunjala_Gondi",
    "Gurmukhi",
    "Han",
    "Hangul",
    "Hanifi_Rohingya",
    "Hanunoo",
    "Hatran",
    "Hebrew",
    "Hiragana",
    "Imperial_Aramaic",
    "Inherited",
    "Inscriptional_Pahlavi",
    "Inscriptional_Parthian",
    "Javanese",
    "Kaithi",
    "Kannada",
    "Katakana",
    "Kayah_Li",
    "Kharoshthi",
    "Khitan_Small_Script",
    "Khmer",
    "Khojki",
    "Khudawadi",
    "Lao",
    "Latin",
    "Lepcha",
    "Limbu",
    "Linear_A",
    "Linear_B",
    "Lisu",
    "Lycian",
    "Lydian",
    "Mahajani",
    "Makasar",
    "Malayalam",
    "Mandaic",
    "Manichaean",
    "Marchen",
    "Masaram_Gondi",
    "Medefaidrin",
    "Meetei_Mayek",
    "Mende_Kikakui",
    "Meroitic_Cursive",
    "Meroitic_Hieroglyphs",
    "Miao",
    "Modi",
    "Mongolian",
    "Mro",
    "Multani",
    "Myanmar",
    "Nabataean",
    "Nandinagari",
    "New_Tai_Lue",
    "Newa",
    "Nko",
    "Nushu",
    "Nyiakeng_Puachue_Hmong",
    "Ogham",
    "Ol_Chiki",
    "Old_Hungarian",
    "Old_Italic",
    "Old_North_Arabian",
    "Old_Permic",
    "Old_Persian",
    "Old_Sogdian",
    "Old_South_Arabian",
    "Old_Turkic",
    "Old_Uyghur",
    "Oriya",
    "Osage",
    "Osmanya",
    "Pahawh_Hmong",
    "Palmyrene",
    "Pau_Cin_Hau",
    "Phags_Pa",
    "Phoenician",
    "Psalter_Pahlavi",
    "Rejang",
    "Runic",
    "Samaritan",
    "Saurashtra",
    "Sharada",
    "Shavian",
    "Siddham",
    "SignWriting",
    "Sinhala",
    "Sogdian",
    "Sora_Sompeng",
    "Soyombo",
    "Sundanese",
    "Syloti_Nagri",
    "Syriac",
    "Tagalog",
    "Tagbanwa",
    "Tai_Le",
    "Tai_Tham",
    "Tai_Viet",
    "Takri",
    "Tamil",
    "Tangsa",
    "Tangut",
    "Telugu",
    "Thaana",
    "Thai",
    "Tibetan",
    "Tifinagh",
    "Tirhuta",
    "Toto",
    "Ugaritic",
    "Vai",
    "Vithkuqi",
    "Wancho",
    "Warang_Citi",
    "Yezidi",
    "Yi",
    "Zanabazar_Square",
};

/* Lower case without blanks, '_' and '-'. */
static void canonical(str_t name, char out[40]) {
    size_t n = 0;
    for (size_t i = 0; i < name.n && n < 39; i++)
        if (name.p[i] != '_' && name.p[i] != '-' && name.p[i] != ' ')
            out[n++] = (char)tolower((unsigned char)name.p[i]);
    out[n] = '\0';
}

/* "lu" is the category Lu, "lc" LC. */
static bool category_of(const char *name, char out[3]) {
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
        if (strcmp(name, aliases[i].name) == 0) {
            snprintf(out, 3, "%s", aliases[i].category);
            return true;
        }
    if (!name[0] || strlen(name) > 2)
        return false;
    char padded[5];
    snprintf(padded, sizeof padded, strcmp(name, "lc") == 0 ? " LC " : " %c%s ", toupper((unsigned char)name[0]),
             name + 1);
    snprintf(out, 3, "%.*s", (int)strlen(name), padded + 1);
    return strstr(categories, padded);
}

const char *regex_unicode_class(str_t name, bool negated, bool fold, char out[64]) {
    char lower[40], category[3], script[40];
    const char *sign = negated ? "P" : "p";
    canonical(name, lower);
    if (strcmp(lower, "any") == 0)
        return negated ? "" : "\\x{0}-\\x{10ffff}";
    if (strcmp(lower, "assigned") == 0)
        return negated ? "\\p{Cn}" : "\\P{Cn}";
    if (strcmp(lower, "ascii") == 0) {
        const char *outside = fold ? "\\x{80}-\\x{17e}\\x{180}-\\x{2129}\\x{212b}-\\x{10ffff}" : "\\x{80}-\\x{10ffff}";
        return negated ? outside : fold ? "\\x{0}-\\x{7f}\\x{17f}\\x{212a}" : "\\x{0}-\\x{7f}";
    }
    if (category_of(lower, category)) {
        bool cased = strcmp(category, "LC") == 0;
        /* PCRE2 keeps Lu to upper case whatever the case flag; Go folds it. */
        cased |= fold && category[0] == 'L' && (category[1] == 'u' || category[1] == 'l' || category[1] == 't');
        snprintf(out, 64, "\\%s{%s}", sign, cased ? "L&" : category);
        return out;
    }
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
        canonical(str_c(scripts[i]), script);
        if (strcmp(lower, script) == 0) {
            snprintf(out, 64, "\\%s{sc:%s}", sign, scripts[i]);
            return out;
        }
    }
    return NULL;
}
