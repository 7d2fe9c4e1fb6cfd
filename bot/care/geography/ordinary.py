"""Words of any conversation that also are, or nearly are, names of places."""

#: Alone they are never taken for a place.
ORDINARY_WORDS = frozenset(
    """
    ada adalah adik agak agar aja akan akhir akibat aku alasan aman anak anda antar apa apakah apalagi asal asli atas
    atau atasi awas ayah ayo badan bagai bagaimana bagian bagus bahagia bahaya bahkan bahwa baik baiklah bantu bantuan
    banyak bapak baru bawah bayar beban beberapa begini begitu belakangan belum benar bentar berani berapa berat
    berbeda berhenti beri berita berobat bersama bersih besok betul biar biasa biaya bicara bilang bingung bisa bohong
    boleh bosan bro bukan bulan butuh cara cari cepat cerita coba cuma cukup curhat dahulu dalam damai dapat dari data
    datang dekat dengan depresi dia diam dong dosis dua dulu efek emosi emak enak engga enggak entah ganja gak ganti
    gelap gelisah gimana habis hai hallo halo hanya hari harus hello hidup hilang hubungi ibu ikut ingat ingin ini
    istirahat istri itu iya jadi jangan janji jauh jawab jelas jika juga jujur jumat juli kabar kabur kacau kadang
    kakak kalau kalian kalo kambuh kami kamis kamu kan kapan karena kasih kata kawan kecanduan kecil kejang keluar
    keluarga kembali kemarin kenal kenapa kepada kerja kesal ketagihan ketahuan kirim kita klinik konseling konselor
    konsul konsultasi kosong kota kuat kurang lagi lain lalu lama lancar langsung lanjut lari lau lebih lelah lemas
    lewat lihat lupa maaf mahal makan makasih maksud malam malas malu mama mana manusia marah masa masih masuk mati mau
    melalui memang menit menolong menyesal merasa mereka merdeka minggu minta minum mulai muncul mungkin murah musuh
    nama nanti narkoba nelpon nggak nomor obat oke orang ortu pacar pagi pakai pakar panas pandai panik papa paranoid
    parah pasar pasti pecandu penjara perlu pernah pesan pergi periksa pertama pikir pilih pindah polisi privasi puas
    pulang pulih pusat pusing putus rahasia rasa rasanya rehab rehabilitasi rehap ribut rindu rusak rutin saat sabar
    sabtu sabu sadar saja sakau sakit salah salam sama sampai sana sangat sapa sara saran satu saudara saya sebab
    sebelum sebentar sedang sedih segera sehat sejak sekali sekarang selalu selamat selasa selesai semangat semoga
    sempat semua sendiri senang senin sering serius setelah setiap siang siapa sinte sini soal stop stres suami sudah
    suka sulit susah tadi tahu tahun takut tanpa tanya tapi tau telat telepon teman tembakau tempat tengah tenang
    tentang terang terima teringat terlalu terserah tetap tiap tidak tidur tiga tinggal tolong tua tulis tunggu turun
    tutup uang udah umur untuk usaha usia wa waktu yakin yang
    bengkel buruh guru honorer karyawan kuli mahasiswa nelayan ojek ojol pedagang pegawai pelajar pelaut perawat petani
    satpam sopir supir swasta tani tentara tukang
    bandar bandarnya bugis bujang bungkus buntu campur dana dingin gaji galak gratis haha harian jago jantung juta
    kaleng keras keringat kopi limapuluh luar mendukung meninggal ngekos nyari paket panggil penenang per puluh ratus
    rawan ribu samaran seminggu sepupu sulung tambah tangga tanggal tes tetangga tunggal
    balik cewek cowok laki lelaki numpang perempuan pria wanita
    bu hutan kampung kapal laut lurah paling sawah sembarang
    again along alone am and any are ask back bad before begin call can cannot check day did do does done end enough
    fine first for from get go good have hello help here hi how i in is it just know later leave less like live long
    longer look make me more my name near need new next no nobody not nothing now of off ok old on one open or other
    out please quit reach read rehab safe say see send should sorry speak start stay still stop talk tell than thank
    thanks that the them then there they this time to too try two up us use user wait want was way we well what when
    where which who why will with yes you your
    barat selatan tenggara timur utara
    """.split()  # noqa: SIM905 - read as prose
)
#: Words of conversation that many names of places are made with.
PARTS_OF_NAMES = frozenset(
    """
    anak asal baru batang batu bawah besar dalam dua hilang kecil kota kuat lama malang minggu panas pasar pusat satu
    tengah tiga barat selatan tenggara timur utara
    """.split()  # noqa: SIM905 - read as prose
)
#: Nothing that holds one of them is taken for a misspelt place.
SPOKEN_WORDS = ORDINARY_WORDS - PARTS_OF_NAMES
