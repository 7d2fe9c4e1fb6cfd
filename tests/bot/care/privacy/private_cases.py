"""Invented numbers in the forms people type them, and ordinary sentences that hold none."""

NIKS = ("7471011506900003", "3174056708950012", "9471020101000007", "1271165012880001")
_NIK_FORMS = (
    "{0}",
    "NIK saya {0}",
    "nik: {0}",
    "no ktp {0} ya kak",
    "ini KTP sy {0}, tolong diproses",
    "ktp={0}",
    "KK kami {0}",
    "nomor kk nya {0} kalau butuh",
    "{0} itu nik aku",
    "My ID number is {0}",
    "nikku{0}",
    "{1} {2} {3} {4}",
    "{1}.{2}.{3}.{4}",
    "{1}-{2}-{3}-{4}",
    "nik {5} {6} {7}",
    "NIK\n{0}",
)
PHONES = ("81234567890", "85298765432", "8119876543", "895341234567")
_PHONE_FORMS = (
    "0{0}",
    "+62{0}",
    "62{0}",
    "0062{0}",
    "+62 {0}",
    "(+62) {0}",
    "+62-{1}-{2}-{3}",
    "+62 {1} {2} {3}",
    "0{1}-{2}-{3}",
    "0{1} {2} {3}",
    "0{1}.{2}.{3}",
    "0{1}/{2}/{3}",
    "0{1}_{2}_{3}",
    "0{1} - {2} - {3}",
    "wa saya 0{0}",
    "WA:0{0}",
    "hub 0{0} aja",
    "nomor hp aku {0}",
    "telp ke 0{1} {2}{3} malam ini",
    "call me at 0{0} please",
    "0{1} strip {2} strip {3}",
    "0{1} spasi {2} spasi {3}",
    "O{0}",
    "nomorku 0{0}, jangan kasih tau siapa2",
    "hp istri saya:0{0}",
    "{1}-{2}-{3}",
    "kontak: +62 0{0}",
    "{0} ini nomor wa ku",
    "0 {4}",
)
SPOKEN_PHONES = (
    "nol delapan satu dua tiga empat lima enam tujuh delapan",
    "nol lapan lima dua sembilan delapan tujuh enam lima empat",
    "kosong delapan satu satu sembilan delapan tujuh enam lima",
    "0 8 satu dua tiga empat lima enam 7 8 9",
    "nol 812 tiga empat lima enam tujuh delapan",
    "zero eight one two three four five six seven eight",
)
MAILS = (
    "contoh.orang@gmail.com",
    "email saya contoh_orang99@yahoo.co.id",
    "contoh@contoh.ac.id bisa dihubungi",
    "kirim ke contoh+satu@outlook.com ya",
    "contoh.orang at gmail dot com",
    "contoh.orang (at) gmail (dot) com",
    "contoh.orang[at]gmail[dot]com",
    "contohorang @ gmail.com",
    "contohorang @gmail . com",
    "contohorang@gmail",
    "contohorang@gmail com",
    "Email: CONTOH.ORANG@GMAIL.COM",
    "emailku contohorang gmail.com",
    "contohorang88 gmail.com",
    "contohorang et yahoo titik com",
    "contoh(at)contoh.or.id",
    "mailto:contoh@contoh.id",
    "contoh-orang@mail.contoh.go.id",
)
ADDRESSES = (
    "jl melati no 12",
    "saya tinggal di Jl. Mawar Indah No. 7 RT 03 RW 05",
    "Jalan Kenanga nomor 21",
    "rumah di jalan anggrek 15",
    "gang kamboja no 4 belakang masjid",
    "gg. cempaka 3",
    "RT 02/RW 07",
    "rt03 rw04",
    "RT/RW 001/009",
    "no rumah 17",
    "rumah saya nomor 8",
    "Perumahan Flamboyan Blok C5 No 12",
    "blok b3/7",
    "kos teratai kamar 12",
    "kost putri dahlia no 3",
    "kontrakan pak haji nomor 9",
)
ACCOUNTS = (
    "rekening bca 1234567890",
    "no rek 0123-4567-8901-234",
    "norek bri saya 123456789012345",
    "transfer ke mandiri 123 456 789 0123",
    "gopay 12345678901",
    "bpjs saya 0001234567890",
)
HANDLES = (
    "ig saya contoh_orang",
    "@contoh.orang",
    "t.me/contohorang",
    "wa.me/6281234567890",
    "https://instagram.com/contohorang",
    "tele: contohorang",
    "id line contoh_99",
    "akun tiktok saya contoh.orang",
)
PLATES = ("DT 1234 XY", "B1234XYZ", "motor saya plat dt 4321 ab", "nopol b 123 cd")
NAMES = (
    "namanya Budi",
    "nama saya Siti Rahmawati",
    "sama si Joko",
    "saya takut ke si jojon",
    "suami saya Andi",
    "suami saya andi marah",
    "teman saya Rangga",
    "bandar Joni",
    "pacarku Dewi Lestari",
    "tetangga saya pak Slamet",
    "temen gw yang namanya udin",
    "my name is Ratna",
    "anak saya bernama Fitri",
    "istri: Wulan",
)


def _cut(number: str, *parts: int) -> list[str]:
    ends = [sum(parts[: place + 1]) for place in range(len(parts))]
    return [number[end - part : end] for part, end in zip(parts, ends, strict=True)]


def numbers_and_mails() -> list[str]:
    """List two hundred and more forms of identity numbers, phone numbers and mail addresses."""
    niks = [form.format(nik, *_cut(nik, 4, 4, 4, 4), *_cut(nik, 6, 6, 4)) for nik in NIKS for form in _NIK_FORMS]
    phones = [
        form.format(phone, *_cut(phone, 3, 4, len(phone) - 7), " ".join(phone))
        for phone in PHONES
        for form in _PHONE_FORMS
    ]
    return [*niks, *phones, *SPOKEN_PHONES, *MAILS]


OTHERS = (
    "bandarnya si Joko di gang mawar",
    "saya beli dari Andi",
    "saya biasa beli dari si kribo",
    "aku beli sabu sama bang Roni",
    "teman saya Rangga juga pakai",
    "si Udin juga nyabu",
    "tetangga saya pak Slamet jualan sabu",
    "yang jual di gang kamboja",
    "kurirnya namanya Toni",
    "bandar Joni masih nawarin terus",
    "barangnya dari Bagus anak kampung baru",
    "pengedarnya tinggal di jalan anggrek",
    "kakak saya Dedi ngedar di terminal baru",
    "pacar saya Dewi ikut make",
    "I buy from Rudi near the market",
    "si botak yang kasih barang ke saya",
    "COD sama si Eko di belakang pasar lama",
)
NOT_OTHERS = (
    "saya takut sama bandar",
    "bandar masih nagih utang ke saya",
    "teman-teman saya semua pakai, jadi susah berhenti",
    "saya beli sendiri, sudah habis banyak uang",
    "dulu saya dikasih teman",
    "saya beli obat di apotek",
    "suami saya juga pakai",
    "saya pernah jadi kurir, apa saya ditangkap?",
    "saya beli nasi dari Bu Siti",
    "suami saya Andi marah kalau tahu",
    "saya mau jauh dari teman yang pakai",
    "penjualnya masih sering chat saya",
)
