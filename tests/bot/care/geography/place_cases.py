"""Places as people type, pin and tap them, with what is right: half of them were never looked at while tuning.

Expected codes are prefixes: 74.71 is met by every kecamatan of Kota Kendari.  Coordinates come from general knowledge
of the towns, not from the gazetteer.
"""

from typing import Final

#: (typed, code that is right); asking is right too when the code is among the answers.
TYPED: Final = (
    ("kdi", "74.71"),
    ("bau2", "74.72"),
    ("jakut", "31.72"),
    ("tj priok", "31.72.02"),
    ("bjb", "63.72"),
    ("tangsel", "36.74"),
    ("mandongga kendari", "74.71.01"),
    ("kel lepo2 kdi", "74.71.03"),
    ("raha", "74.03.16"),
    ("wanci", "74.07"),
    ("langara wawonii", "74.12"),
    ("kolaka ut", "74.08"),
    ("konsel", "74.05"),
    ("kolono konawe selatan", "74.05"),
    ("pulau kabaena", "74.06"),
    ("kabaena timur bombana", "74.06.06"),
    ("tomia", "74.07"),
    ("binongko wakatobi", "74.07"),
    ("siompu busel", "74.15"),
    ("batu atas", "74.15"),
    ("kadatua", "74.15"),
    ("mawasangka buteng", "74.14"),
    ("lasusua", "74.08"),
    ("unaha", "74.02"),
    ("pasar wajo", "74.04"),
    ("saya tinggal di kelurahan kemaraya kendari barat", "74.71"),
    ("jl. merdeka no 3, kel. anduonohu, kec. poasia, kendari", "74.71.04"),
    ("warakas jakut", "31.72.02"),
    ("kelapa gading jkt", "31.72.06"),
    ("penjaringn jakarta utara", "31.72.01"),
    ("cengkareng jakbar", "31.73"),
    ("kebayoran baru jaksel", "31.74"),
    ("pulau tidung kepulauan seribu", "31.01"),
    ("pinang kota tangerang", "36.71"),
    ("karawaci tgr", "36.71"),
    ("ciputat tangsel", "36.74"),
    ("cilegon", "36.72"),
    ("pandeglang", "36.01"),
    ("gambut kab banjar", "63.03"),
    ("loktabat banjarbaru", "63.72"),
    ("martapura kalsel", "63.03"),
    ("batulicin tanbu", "63.10"),
)
TYPED_HELD_OUT: Final = (
    ("kendari", "74.71"),
    ("baubau", "74.72"),
    ("kota bau bau", "74.72"),
    ("jaktim", "31.75"),
    ("tjg priuk jakarta utara", "31.72.02"),
    ("banjar baru kalsel", "63.72"),
    ("bjm", "63.71"),
    ("wua2 kendari", "74.71"),
    ("kec. puwatu kota kendari", "74.71"),
    ("kolaka", "74.01"),
    ("kab kolaka timur", "74.11"),
    ("tirawuta koltim", "74.11"),
    ("muna barat", "74.13"),
    ("butur", "74.10"),
    ("kulisusu buton utara", "74.10"),
    ("ereke", "74.10"),
    ("wakatobi", "74.07"),
    ("wangi-wangi selatan", "74.07"),
    ("kaledupa", "74.07"),
    ("rumbia bombana", "74.06"),
    ("kasipute", "74.06"),
    ("andolo konsel", "74.05"),
    ("moramo utara", "74.05"),
    ("wanggudu konut", "74.09"),
    ("asera", "74.09"),
    ("lakudo buton tengah", "74.14"),
    ("kec gu buton tengah", "74.14"),
    ("batauga", "74.15"),
    ("sampolawa busel", "74.15"),
    ("lasalimu selatan kab buton", "74.04"),
    ("betoambari bau-bau", "74.72"),
    ("kel. sunter agung kec. tj. priok", "31.72.02"),
    ("koja jakut", "31.72.03"),
    ("cilincing", "31.72.04"),
    ("ancol jakarta utara", "31.72.05"),
    ("tanah abang jakpus", "31.71"),
    ("pasar minggu", "31.74"),
    ("kalideres jakarta barat", "31.73"),
    ("pulau pramuka kepulauan seribu", "31.01"),
    ("cipondoh tangerang", "36.71"),
    ("serang kota", "36.73"),
    ("rangkas bitung lebak", "36.02"),
    ("pondok aren tangerang selatan", "36.74"),
    ("landasan ulin", "63.72"),
    ("kotabaru kalsel", "63.02"),
    ("amuntai hsu", "63.08"),
    ("barabai", "63.07"),
    ("kandangan hulu sungai selatan", "63.06"),
    ("pelaihari tala", "63.01"),
    ("medan", "12.71"),
)

#: Names that mean several places: anything but a question is a silent guess.
AMBIGUOUS: Final = (
    "ancol",
    "warakas",
    "pinang",
    "tanjung",
    "labuan bajo",
    "bone",
    "tampo",
    "martapura",
    "sidomulyo",
    "bandung",
    "tangerang",
    "serang",
    "kediri",
    "sumber",
    "mekar",
    "baruga",
    "pulau buton",
    "pulau muna",
    "dekat pasar baru",
    "dekat masjid raya kendari",
    "gunung sari",
    "sukamaju",
    "karang anyar",
    "banjar",
)

#: What is no place at all.
NO_PLACES: Final = (
    "saya mau berhenti pakai sabu",
    "tidak tahu",
    "bagaimana caranya",
    "aku takut ketahuan polisi",
    "coba yang lain",
    "berapa biayanya",
    "mama saya di rumah sakit",
    "gratis kan?",
    "nanti dulu",
    "terima kasih banyak",
    "lagi kambuh",
    "hello",
    "di rumah",
    "bisa minta tolong",
    "xyzzy",
    "12345",
    "?",
    "kos kosan teman",
)

#: (latitude, longitude, regency that is right)
POINTS: Final = (
    (-3.9725, 122.5149, "74.71"),
    (-4.0009, 122.5460, "74.71"),
    (-5.4670, 122.6330, "74.72"),
    (-4.8350, 122.7230, "74.03"),
    (-4.0500, 121.5930, "74.01"),
    (-3.5390, 120.9060, "74.08"),
    (-3.8650, 122.0480, "74.02"),
    (-4.3420, 122.0660, "74.05"),
    (-5.3310, 123.5300, "74.07"),
    (-5.5270, 123.7600, "74.07"),
    (-5.7560, 123.9250, "74.07"),
    (-5.9500, 124.0000, "74.07"),
    (-4.0230, 122.9900, "74.12"),
    (-5.2700, 121.8000, "74.06"),
    (-4.7790, 122.0450, "74.06"),
    (-5.6300, 122.5250, "74.15"),
    (-5.5400, 122.4900, "74.15"),
    (-6.1950, 122.6950, "74.15"),
    (-6.1240, 106.8300, "31.72"),
    (-6.1180, 106.8850, "31.72"),
    (-6.1750, 106.8270, "31.71"),
    (-6.2440, 106.8000, "31.74"),
    (-6.1540, 106.7380, "31.73"),
    (-6.2250, 106.9000, "31.75"),
    (-5.7450, 106.6130, "31.01"),
    (-6.2160, 106.6900, "36.71"),
    (-6.1780, 106.6300, "36.71"),
    (-6.3100, 106.6700, "36.74"),
    (-6.0170, 106.0540, "36.72"),
    (-6.1150, 106.1540, "36.73"),
    (-3.4400, 114.8300, "63.72"),
)
POINTS_HELD_OUT: Final = (
    (-4.0240, 122.4970, "74.71"),
    (-3.9450, 122.5900, "74.71"),
    (-5.4400, 122.6100, "74.72"),
    (-5.3860, 122.8500, "74.04"),
    (-5.5240, 122.8500, "74.04"),
    (-4.9500, 122.5000, "74.13"),
    (-4.7600, 123.1800, "74.10"),
    (-4.4000, 122.9700, "74.10"),
    (-5.2850, 122.3050, "74.14"),
    (-5.3970, 122.4500, "74.14"),
    (-4.0540, 121.9000, "74.11"),
    (-3.3950, 122.2800, "74.09"),
    (-4.2250, 122.4600, "74.05"),
    (-4.4300, 122.4500, "74.05"),
    (-4.1900, 123.0500, "74.12"),
    (-5.3850, 123.5950, "74.07"),
    (-5.3600, 122.0200, "74.06"),
    (-4.6500, 121.7500, "74.06"),
    (-4.2250, 121.5300, "74.01"),
    (-6.1100, 106.7400, "31.72"),
    (-6.1580, 106.9080, "31.72"),
    (-6.1330, 106.8130, "31.73"),
    (-6.2900, 106.7950, "31.74"),
    (-6.2630, 106.8670, "31.75"),
    (-5.7970, 106.4950, "31.01"),
    (-6.3080, 106.1040, "36.01"),
    (-6.3560, 106.2480, "36.02"),
    (-6.2700, 106.4800, "36.03"),
    (-3.3190, 114.5900, "63.71"),
    (-3.4100, 114.8450, "63.03"),
    (-3.2390, 116.2250, "63.02"),
    (-3.4500, 115.9950, "63.10"),
    (-2.5850, 115.3800, "63.07"),
)

#: Abroad, at sea, or no place at all: never a way to a unit.
ABROAD: Final = (
    (3.1390, 101.6870),  # Kuala Lumpur
    (1.3000, 103.8500),  # Singapura
    (1.4930, 103.7410),  # Johor Bahru
    (1.5530, 110.3590),  # Kuching
    (4.2450, 117.8900),  # Tawau
    (5.9800, 116.0700),  # Kota Kinabalu
    (-8.5560, 125.5600),  # Dili
    (-9.2060, 124.3600),  # Pante Makassar
    (-8.9900, 125.2200),  # Maliana
    (-2.6880, 141.3020),  # Vanimo
    (-12.4630, 130.8440),  # Darwin
    (6.1160, 125.1720),  # General Santos
    (13.7500, 100.5000),  # Bangkok
    (-10.5000, 118.0000),  # Samudra Hindia
    (1.2200, 111.9000),  # Lubok Antu
    (1.0200, 110.3500),  # Tebedu
    (-2.6100, 141.0300),  # Wutung
    (-5.0000, 126.0000),  # Laut Banda
    (0.0, 0.0),
    (52.3700, 4.9000),  # Amsterdam
)

#: (area, units any of which is a fitting first offer among those that answer)
AREAS: Final = (
    ("74.71.01", "bnnk-kendari bnnp-sultra"),  # Mandonga
    ("74.72.04", "bnnk-baubau"),  # Sorawolio or its neighbours
    ("74.01.04", "bnnk-kolaka"),
    ("74.02.05", "bnnk-kendari bnnp-sultra"),
    ("74.03.16", "bnnk-muna"),
    ("74.04.11", "bnnk-baubau"),
    ("74.05.05", "bnnk-kendari bnnp-sultra"),
    ("74.06.04", "bnnk-kolaka"),
    ("74.06.05", "bnnk-baubau bnnk-kolaka bnnk-muna"),
    ("74.07.01", "bnnk-baubau"),
    ("74.07.05", "bnnk-baubau"),
    ("74.08.01", "bnnk-kolaka"),
    ("74.09.01", "bnnk-kendari bnnp-sultra"),
    ("74.10.02", "bnnk-muna bnnk-baubau"),
    ("31.72.02", "bnnk-jakarta-utara klinik-wira-dharmmesti"),
    ("31.01.02", "bnnk-jakarta-utara klinik-wira-dharmmesti bnnp-dki"),
    ("36.71.11", "bnnk-kota-tangerang"),
    ("63.72.04", "bnnk-banjarbaru"),
)
AREAS_HELD_OUT: Final = (
    ("74.11.01", "bnnk-kolaka"),
    ("74.12.01", "bnnk-kendari bnnp-sultra"),
    ("74.13.01", "bnnk-muna"),
    ("74.14.01", "bnnk-baubau"),
    ("74.15.01", "bnnk-baubau"),
    ("74.15.06", "bnnk-baubau"),
    ("74.07.03", "bnnk-baubau"),
    ("74.05.15", "bnnk-kendari bnnp-sultra"),
    ("74.71.05", "bnnk-kendari bnnp-sultra"),
    ("31.72.05", "bnnk-jakarta-utara klinik-wira-dharmmesti"),
    ("31.74.05", "bnnp-dki bnnk-jakarta-utara klinik-wira-dharmmesti"),
    ("36.72.01", "bnnk-cilegon"),
    ("36.73.01", "bnnp-banten bnnk-cilegon"),
    ("36.01.01", "bnnp-banten bnnk-cilegon"),
    ("63.71.01", "bnnk-banjarbaru"),
    ("63.02.06", "bnnk-banjarbaru"),
)
