"""Places and units that somebody who had not seen the others wrote down: what people type, and who is near them."""

from typing import Final

#: (typed, code that is right); asking is right too when the code is among the answers.
TYPED: Final = (
    ("lapandewa", "74.15.03"),
    ("boepinang", "74.06.01"),
    ("langara wawonii barat", "74.12.01"),
    ("ranteangin", "74.08.04"),
    ("pomala", "74.01.07"),
    ("watubangga", "74.01.08"),
    ("ladongi", "74.11.03"),
    ("pulau kaledupa wktb", "74.07.02"),
    ("kali deres", "31.73.06"),
    ("kby lama", "31.74.05"),
    ("tebet dalam jaksel", "31.74.01"),
    ("tn abang", "31.71.07"),
    ("pulau tidung", "31.01.02"),
    ("untung jawa", "31.01.02"),
    ("bsd", "36.74.01"),
    ("malimping", "36.02.01"),
    ("pulau panaitan sumur pandeglang", "36.01.01"),
    ("bjb utara", "63.72.04"),
    ("martapura kota", "63.03.05"),
    ("sungai tabuk", "63.03.04"),
    ("handil bakti", "63.04.05"),
    ("sumenep kec arjasa kangean", "35.29.24"),
    ("labuan bajo", "53.15.05"),
    ("atambua", "53.04"),
    ("rumah sy di desa bone kec bone muna", "74.03.26"),
    ("dr pulau runduma", "74.07.03"),
    ("bonerate", "73.01.07"),
    ("kota raha", "74.03.16"),
    ("raha kota", "74.03.16"),
    ("wanci kota", "74.07"),
    ("kota wanci", "74.07"),
    ("kendari beach", "74.71"),
    ("benu2a", "74.71.05"),
    ("benubenua", "74.71.05"),
    ("lahundape", "74.71.05"),
    ("andounohu", "74.71.04"),
    ("samaturu", "74.01.20"),
    ("olo2loho", "74.08.02"),
    ("bondoala", "74.02.21"),
    ("wiwirano", "74.09.02"),
    ("mandiodo", "74.09.04"),
    ("tinondo", "74.11.09"),
    ("marobo", "74.03.31"),
    ("liya togo", "74.07.05"),
    ("mola wakatobi", "74.07.05"),
    ("sekarang saya di kendari tapi asalnya dari raha", "74.71"),
    ("bisa dr konsel kak? sy di ranomeeto", "74.05.08"),
    ("kp bahari tanjung priok", "31.72.02"),
    ("grogol", "31.73.02"),
    ("kramatjati", "31.75.04"),
    ("pulo gadung", "31.75.02"),
    ("pulau pari", "31.01.02"),
    ("liang anggang", "63.72.06"),
    ("sungai danau", "63.10.04"),
    ("ciwandan", "36.72.04"),
    ("carita", "36.01.28"),
    ("wundulako", "74.01.01"),
    ("baruga kendri", "74.71.03"),
    ("tomba bau2", "74.72.02"),
    ("kasipute", "74.06.04"),
    ("siompu barat", "74.15.05"),
    ("wameo kota baubau", "74.72.08"),
    ("gambut kab banjar", "63.03.03"),
    ("astambul", "63.03.07"),
    ("balaraja", "36.03.01"),
    ("kel sunter agung kec tj. priok", "31.72.02"),
    ("satui tanbu", "63.10.04"),
    ("cibeber lebak", "36.02.19"),
    ("sulaa betoambari", "74.72.01"),
    ("ngapa kolaka utara", "74.08.06"),
    ("kec puuwatu kdi", "74.71.09"),
    ("kelapa dua kab tangerang", "36.03.28"),
    ("menes pandeglang", "36.01.13"),
    ("cikokol kota tng", "36.71.01"),
    ("toari kolaka", "74.01.24"),
    ("pulau kadatua", "74.15.07"),
    ("rumbia bombana", "74.06.04"),
    ("kambu kendari deket kampus uho", "74.71.10"),
    ("kel laiworu kec batalaiworu", "74.03.15"),
    ("sukolilo sby", "35.78.09"),
    ("ereke", "74.10.01"),
    ("pulau sebuku kotabaru", "63.02.05"),
    ("batu benawa hst", "63.07.02"),
    ("moramo konawe selatan", "74.05.10"),
    ("kusambi mubar", "74.13.10"),
    ("lambai kolut", "74.08.08"),
    ("maligano", "74.03.07"),
    ("kel lamokato kec kolaka", "74.01.04"),
    ("kampung salo kendari", "74.71.02"),
    ("soropia", "74.02.11"),
    ("kec tongkuno kab muna", "74.03.27"),
    ("tirawuta koltim", "74.11.01"),
    ("rawa badak koja", "31.72.03"),
    ("wanggudu", "74.09.01"),
    ("halong balangan", "63.11.02"),
    ("sy di pulau maginti muna barat", "74.13.06"),
    ("kec sawangan depok", "32.76.03"),
    ("pulau pramuka kep seribu", "31.01.01"),
    ("kramatwatu serang", "36.04.05"),
    ("sebatik barat nunukan", "65.03.08"),
    ("cilandak jkt selatan", "31.74.06"),
    ("jombang cilegon", "36.72.05"),
    ("jati negara jaktim", "31.75.03"),
    ("banjarmasin sel", "63.71.01"),
    ("wawonii utara konkep", "74.12.02"),
    ("jorong tanah laut", "63.01.02"),
    ("murung pudak tabalong", "63.09.06"),
    ("bungi kota bau2", "74.72.04"),
    ("kota baru pulau laut utara", "63.02.06"),
    ("tamban batola", "63.04.02"),
    ("cengkareng", "31.73.01"),
    ("mawasangka timur buteng", "74.14.02"),
    ("wawoni timur laut", "74.12.03"),
    ("kabaena", "74.06"),
    ("kokalukuna", "74.72.05"),
    ("saya orang siompu", "74.15.06"),
    ("cipocok jaya", "36.73.05"),
    ("barangka muna", "74.13.02"),
    ("lambandia kab koltim", "74.11.05"),
    ("cibiru bdg", "32.73.25"),
    ("rungkut sby jatim", "35.78.03"),
    ("wameo baubau", "74.72.08"),
    ("ranometo barat", "74.05.22"),
    ("parigi muna", "74.03.25"),
    ("wadaga", "74.13.04"),
    ("baubau kec murhum", "74.72.06"),
    ("batulicin tanbu", "63.10.01"),
    ("kel kadolomoko baubau", "74.72.05"),
    ("paringin balangan", "63.11.06"),
    ("sawerigadi mubar", "74.13.01"),
    ("kota martapura kalsel", "63.03.05"),
    ("sentani", "91.03.01"),
    ("asera konut", "74.09.01"),
    ("gili trawangan", "52.08.05"),
    ("lembo konut", "74.09.06"),
    ("towea", "74.03.37"),
    ("johar baru", "31.71.08"),
    ("mowewe", "74.11.07"),
    ("sikeli kabaena barat", "74.06.14"),
    ("bonegunu butur", "74.10.03"),
    ("anyer", "36.04.30"),
    ("karimunjawa jepara", "33.20.10"),
    ("puriala", "74.02.17"),
    ("kel wapunto kec duruka muna", "74.03.17"),
    ("lea2 baubau", "74.72.07"),
    ("kambowa", "74.10.02"),
    ("ps minggu jaksel", "31.74.04"),
    ("kolono timur konsel", "74.05.23"),
    ("batauga busel", "74.15.01"),
    ("lepo2 kdi", "74.71.03"),
    ("kmayoran jakpus", "31.71.03"),
    ("buke konawe selatan", "74.05.17"),
    ("psr rebo", "31.75.05"),
    ("dongkala kabaena", "74.06.06"),
    ("lasalimu selatan", "74.04.24"),
    ("karawaci tangerang", "36.71.07"),
    ("samarinda ulu", "64.72.03"),
    ("motaha angata", "74.05.02"),
    ("priok jakut", "31.72.02"),
    ("kota lama kdi", "74.71.02"),
    ("rappocini makassar", "73.71.13"),
    ("bau2 betoambari", "74.72.01"),
    ("amuntai tengah hsu", "63.08.05"),
    ("mata oleo", "74.06.08"),
)
#: (typed, units of which the first must be one; thought out from ferries and roads, not from the directory's figures).
UNITS: Final = (
    ("74.07.03", "bnnk-baubau"),  # tomia wakatobi
    ("74.07.04", "bnnk-baubau"),  # binongko wakatobi
    ("74.15.07", "bnnk-baubau"),  # kec kadatua buton selatan
    ("74.15.06", "bnnk-baubau"),  # siompu buton selatan
    ("74.15.04", "bnnk-baubau"),  # batu atas buton selatan
    ("74.06.05", "bnnk-baubau bnnk-kolaka bnnk-kendari bnnp-sultra"),  # kec kabaena bombana
    ("74.06.06", "bnnk-baubau bnnk-kolaka bnnk-kendari bnnp-sultra"),  # kabaena timur bombana
    ("74.06.14", "bnnk-baubau bnnk-kolaka bnnk-kendari bnnp-sultra"),  # sikeli
    ("74.06.04", "bnnk-kendari bnnp-sultra bnnk-kolaka"),  # rumbia bombana
    ("74.06.01", "bnnk-kolaka bnnk-kendari bnnp-sultra"),  # poleang bombana
    ("74.12.01", "bnnk-kendari bnnp-sultra"),  # langara wawonii
    ("74.12.05", "bnnk-kendari bnnp-sultra"),  # wawonii tenggara
    ("74.12.04", "bnnk-kendari bnnp-sultra"),  # wawonii timur
    ("74.10.01", "bnnk-muna bnnk-kendari bnnp-sultra bnnk-baubau"),  # kulisusu buton utara
    ("74.10.02", "bnnk-muna bnnk-baubau"),  # kambowa buton utara
    ("74.10.06", "bnnk-muna bnnk-kendari bnnp-sultra"),  # wakorumba utara buton utara
    ("74.10.03", "bnnk-muna bnnk-baubau bnnk-kendari bnnp-sultra"),  # bonegunu buton utara
    ("74.03.06", "bnnk-muna"),  # tampo muna
    ("74.03.07", "bnnk-muna"),  # maligano muna
    ("74.03.27", "bnnk-muna bnnk-baubau"),  # tongkuno muna
    ("74.13.09", "bnnk-muna"),  # tiworo kepulauan muna barat
    ("74.13.06", "bnnk-muna"),  # maginti muna barat
    ("74.14.04", "bnnk-baubau"),  # mawasangka buton tengah
    ("74.14.01", "bnnk-baubau"),  # lakudo buton tengah
    ("74.14.06", "bnnk-baubau"),  # gu buton tengah
    ("74.14.05", "bnnk-baubau"),  # talaga raya buton tengah
    ("74.04.23", "bnnk-baubau"),  # lasalimu buton
    ("74.04.11", "bnnk-baubau"),  # pasarwajo buton
    ("74.04.22", "bnnk-baubau"),  # kapontori buton
    ("74.15.02", "bnnk-baubau"),  # sampolawa buton selatan
    ("74.72.03", "bnnk-baubau"),  # sorawolio baubau
    ("74.08.01", "bnnk-kolaka"),  # lasusua kolaka utara
    ("74.08.15", "bnnk-kolaka"),  # tolala kolaka utara
    ("74.08.12", "bnnk-kolaka"),  # porehu kolaka utara
    ("74.01.07", "bnnk-kolaka"),  # pomalaa kolaka
    ("74.01.27", "bnnk-kolaka"),  # iwoimendaa kolaka
    ("74.01.24", "bnnk-kolaka"),  # toari kolaka
    ("74.11.01", "bnnk-kolaka"),  # tirawuta kolaka timur
    ("74.11.03", "bnnk-kolaka bnnk-kendari bnnp-sultra"),  # ladongi kolaka timur
    ("74.11.05", "bnnk-kolaka bnnk-kendari bnnp-sultra"),  # lambandia kolaka timur
    ("74.11.11", "bnnk-kolaka bnnk-kendari bnnp-sultra"),  # ueesi kolaka timur
    ("74.02.02", "bnnk-kendari bnnp-sultra"),  # unaaha konawe
    ("74.02.23", "bnnk-kendari bnnp-sultra"),  # routa konawe
    ("74.02.16", "bnnk-kendari bnnp-sultra"),  # latoma konawe
    ("74.02.11", "bnnk-kendari bnnp-sultra"),  # soropia konawe
    ("74.09.01", "bnnk-kendari bnnp-sultra"),  # asera konawe utara
    ("74.09.03", "bnnk-kendari bnnp-sultra"),  # langgikima konawe utara
    ("74.09.12", "bnnk-kendari bnnp-sultra"),  # lasolo kepulauan konawe utara
    ("74.05.09", "bnnk-kendari bnnp-sultra"),  # kolono konawe selatan
    ("74.05.01", "bnnk-kendari bnnp-sultra"),  # tinanggea konawe selatan
    ("74.05.11", "bnnk-kendari bnnp-sultra"),  # laonti konawe selatan
    ("74.05.23", "bnnk-kendari bnnp-sultra"),  # kolono timur konawe selatan
    (
        "31.72.02",
        "bnnk-jakarta-utara klinik-wira-dharmmesti",
    ),  # tanjung priok
    ("31.01.01", "bnnk-jakarta-utara klinik-wira-dharmmesti bnnp-dki"),  # pulau pramuka
    ("31.72.04", "bnnk-jakarta-utara klinik-wira-dharmmesti ibm-semper-barat"),  # cilincing
    ("31.74.06", "bnnp-dki"),  # cilandak jakarta selatan
    ("36.74.01", "bnnk-kota-tangerang bnnp-dki"),  # serpong tangsel
    ("36.03.01", "bnnk-kota-tangerang bnnp-banten"),  # balaraja
    ("36.04.30", "bnnk-cilegon"),  # anyer serang
    ("36.01.12", "bnnp-banten bnnk-cilegon"),  # labuan pandeglang
    ("36.01.01", "bnnp-banten bnnk-cilegon"),  # sumur pandeglang
    ("36.02.03", "bnnp-banten balai-besar-lido"),  # bayah lebak
    ("36.04.15", "bnnp-banten bnnk-kota-tangerang"),  # cikande serang
    ("63.71.01", "bnnk-banjarbaru"),  # banjarmasin selatan
    ("63.02.06", "bnnk-banjarbaru"),  # pulau laut utara kotabaru
    ("63.02.01", "bnnk-banjarbaru"),  # pulau sembilan kotabaru
    ("63.10.01", "bnnk-banjarbaru"),  # batulicin
    ("63.09.04", "bnnk-banjarbaru"),  # tanjung tabalong
    ("63.04.15", "bnnk-banjarbaru"),  # marabahan
    ("63.01.03", "bnnk-banjarbaru"),  # pelaihari
)
