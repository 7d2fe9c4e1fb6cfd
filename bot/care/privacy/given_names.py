"""Given names common in Indonesia, to know a name that was typed in small letters."""

#: Names that are also ordinary words (Bunga, Indah, Agung, Eka) are left out: those count only with a capital letter.
GIVEN_NAMES = frozenset(
    """
    abdul achmad adi adit aditya agnes agus ahmad aisyah ajeng akbar aldi alex alfian ali alif alya amel amelia amin
    amir ana anas andi andika andre andri anggi anggun anita anton antoni anwar ardi arie arif arifin aris arman
    arya asep astri atika aulia ayu azis aziz bambang bayu beni benny bima boby budi budiman cahyo candra catur
    cecep chandra citra dadang dani daniel danu darma darto david dede dedi dedy deni denny desi desy devi dewi dian
    diana didi didik dika dimas dina dini dino dito djoko dodi dodik dody doni donny dwi dyah edi edo edwin edy eko elsa
    endah endang erik erna erni erwin evi fadil fadli fahmi fahri faisal fajar fandi farah farhan farid fatimah febri
    felix feri ferdi ferry fika firman fitri fitria galih ghani gilang gita guntur gusti hadi hafiz hamid hana hanif
    hari haris harto haryanto hasan hendra hendri hendro heni henny herman hermawan heru hilda husein husni ibnu ibrahim
    ida ika ikhsan ilham imam iman ina indra intan iqbal ira irfan irma irwan isma ismail iwan jajang jamal januar
    johan joko joni jono jumadi junaidi kartika khalid kiki kurnia kurniawan kusuma laila leni lestari lia lidya lina
    linda lisa lukman lutfi made mahmud maman maria maryam maya mega mira mochamad mohamad mohammad muhamad muhammad
    mukhlis mulyadi mulyono mustafa nadia nana nanang nanda nani nia nina ningsih nita nofri novi novita nugroho nur
    nurul nyoman okta oki panji parto parman pratama puji purnomo putu rafi rafli rahma rahman rahmat raka rama
    ramadhan ramdan randi rangga rani raras rasyid ratna reni reno reza rian ricky rifki rika riko rina rini rio riri
    ririn risa riska rizal rizka rizki rizky robi rohman romi roni ronny rosa rudi rudy rusdi ryan sabrina saiful salim
    salma samsul sandi sandy santi santoso sari sarah selvi septian shinta sigit sinta siska siti slamet soleh
    sri suci sudirman suharto sukma sulaiman sulastri sumarni supri supriadi supriyadi surya suryadi susan susanti
    susanto susi sutrisno suwarno syahrul syaiful syamsul tarjo tatang taufik taufiq teddy teguh tina tini tio titin
    toni tono topan tri tuti udin ujang umar usman vera vina wahid wahyu wahyuni warto wati wawan wayan widi widodo
    wijaya winda wisnu wulan yadi yani yanti yanto yayan yayuk yeni yogi yoga yohan yono yopi yudha yudi yuli
    yulia yulianti yuni yunita yunus yusuf zaenal zahra zaki zainal zul zulfikar zulkifli
    """.split()  # noqa: SIM905 - read as prose
)
