"""Phrases by which mail servers of all countries say what they mean.

They stand as `server_words.plain` leaves them, without accents, apostrophes and punctuation, with ` · ` between two and
`…` for a few words in between. Each is looked for from the beginning of a word, so that its end may be left out.
"""

from typing import Final

STILL_TRYING: Final = """
will continue to try · will keep trying · will be retried · delivery attempts will continue
delivery will be reattempted · will retry · you do not need to resend · do not need to resend · no need to resend
not yet been delivered · has not yet been · could not be delivered yet · delivery … has been delayed · is delayed
delayed mail · delivery status notification delay · message delayed · delivery delayed · warning message
still being retried · but will deliver · will be forwarded · nog niet bezorgd · wordt opnieuw geprobeerd · vertraagd
zustellung … verzogert · noch nicht zugestellt · livraison retardee · pas encore ete remis · retrasado · ritardo
atrasada · opoznion · opozniona · задержан · 配信が遅れ · 延迟
"""
US: Final = """
sending quota · relay quota · sending limit · sending rate · user sending · daily limit · daily … limit exceeded
hourly limit
limit … for outgoing · limit on the number of · limit for sending · exceeded the max emails
exceeded the maximum number of · max … per hour · messages per hour · emails per hour · messages per day
mails per day · per hour limit · per day limit · rate limit · ratelimit · rate limited · throttl
too many messages … from · too many emails · too many mails from · too many messages too fast
too many connections from · unusual rate · mail flood · sending too fast · too quickly from
temporarily deferred due to · deferred due to user complaints · user complaints · suspended for sending
outgoing mail … suspended · outbound … limit · bad outbound sender · tenant has exceeded · threshold
sending … suspended · sender is suspended · authentication required · authentication is required
authentication needed · must authenticate · authenticate first · not authenticated · authentication failed
authentication unsuccessful · authentication credentials · bad credentials · username and password
user name and password not accepted · login first · log in first · please log in · not logged in · smtp auth
auth required · auth first · must issue a starttls · encryption required · relogin · access denied authenticate
unauthenticated · not authorised · anonymous · relay access denied · relay denied · relaying denied
relaying is denied · relaying not allowed · relaying not permitted · relay not permitted · relay not allowed
relaying prohibited · relay is prohibited · relay prohibited · relaying disallowed · relaying mail · relaying refused
unable to relay · not permitted to relay · not allowed to relay · cannot relay · do not relay · dont relay
no relaying · will not relay · as a relay · use me · relay operation · relay rejected · relaying to · relay error
relayed mail · ip name lookup · relay for · rcpthost · not a gateway · not local host · relay prohibition
to relay mail · non-local · dont handle mail for · do not handle mail for · requires authentication
permanently deferred · registered gateway · authentication level · required authentication · not an open relay
ask your postmaster
through this server · pop before smtp · authorized to relay · insecure mail relay · blocked using · blacklist
black list · block list · blocklist · blocked list · blocking list · dnsbl · dnsrbl · in rbl · an rbl · the rbl
rbl rejection · is listed at · listed by · listed on · ip … listed · spamhaus · spamcop · barracudacentral · sorbs
cbl abuseat · abuseat · mail-abuse · mail abuse · spamblock system · open proxy · open relay · zombie · your ip
ip address … blocked · ip … blocked · sending ip · client host · sender ip · source ip · connecting ip · from ip
from this ip · by ip · ip is · reputation · poor rep · reverse dns · reverse lookup · reverse mapping · ptr record
no ptr · rdns · dns ptr · ptr-records · resolve your · your hostname · your host · your mail server · your server
your network · your domain · your isp · your provider · your account · dynamic ip · dynamic ips · dynamic address
dynamic hosts · dialup · dial-up · residential · from your · servers with no · helo · ehlo · not allowed to send
not authorized to send · not permitted to send · not allowed to connect · not accepting mail from · accept mail from
mail from … refused · mail from … rejected · refuse mail from · refused mail from · rejected mail from
not accept messages from · emails from this domain · connections not accepted · connection rejected
connection dropped by · access from · host … refused to talk · go away · confirm this mail server · dmarc · spf
dkim · domainkeys · domain keys · sender policy · sender id · purported responsible · authentication checks
unsigned · sender address rejected · sender rejected · sender refused · sender denied · sender verif
sender address verification · sender callout · invalid sender · bad sender · unknown sender · sender unknown
sender domain · sender … domain · domain of sender · sender address · sender … not owned · not owned by
blocked sender · sender is blocked · sender blocked · sender is not · sender not · sender email · envelope sender
from address · from domain · from header · send as denied · sendasdenied · as this sender · on behalf of
verify sender · verify your · callback · backscatter · mismatches client · null sender · empty envelope
bounce verification · afzender geweigerd · afzender niet toegestaan · ip-adres geblokkeerd · ip-adres staat op
verzendlimiet · te veel berichten · aanmelden vereist · doorsturen niet toegestaan · absender abgelehnt
absender … nicht · absenderadresse · ihre ip · ip-adresse · versandlimit · zu viele · anmeldung erforderlich
relayen · adresse ip · votre serveur · votre ip · expediteur refuse · expediteur … rejete · expediteur inconnu
trop de · limite d'envoi · limite d envoi · authentification · su ip · su servidor · remitente rechazado
remitente … bloqueado · demasiados · limite de envio · autenticacion · lista negra · suo ip · indirizzo ip
mittente rifiutato · mittente … bloccato · troppi messaggi · limite di invio · autenticazione · lista nera
remetente · muitas mensagens · seu ip · autenticacao · nadawca odrzucony · nadawca … zablokowany · adres nadawcy
limit wysylki · wymagane uwierzytelnienie · czarna lista · ваш ip · ip-адрес · отправитель отклонен
адрес отправителя · превышен лимит отправки · черном списке · требуется аутентификация · слишком много · 送信者
差出人 · ipアドレス · 送信制限 · ブラックリスト · 認証が必要 · 您的ip · 你的ip · 发件人 · 寄件人 · 发信频率
发送频率 · 黑名单 · 连接频率 · 需要认证 · banned sending · banned ip · banned by · sending spam · bad ip
host network · sending mail of domain · sending mta · remotehost · your access · following ip
mail server at … blocked · bogus mail from · senderfilter · fully qualified · address is not verified
sender is spam · the ip you · unfortunately messages from · unfortunately some messages from · reverse hostname
spam abuse detected from · emetteur · block listed · blocklisted · block-listed · too many invalid · too many unknown
too many bad · too many nonexistent · too many non-existent · too many failed · too many errors
too many protocol errors · too many connections slow down · batv · third-party dsn · no third party dsn
mx records for · rfc5321 domain · from domain … dead · is a dead domain · outgoing mail suspen · invalid credentials
credentials for relay · unauthorized relay · unauthorised relay · auth fail · denyip · sender is rejected
sender was rejected · local user only · user not authori · user not permitted · user not allowed to · host bypass
corresponding reverse · not been verified · authentication fail · rbl reject · name lookup failed · relay host name
not accepting connections · connection denied · suspected spam ip · suspected bounce · sender … does not exist
sender … not exist · sender … not found · sender … unknown · sender … invalid · mail from … does not exist
mail from … not exist · mail from … not found · mail from … unknown · mail from … invalid · return path … not
return-path … not
"""
FULL: Final = """
mailbox full · mailbox is full · mailbox … is full · inbox full · inbox is full · full mailbox · full inbox
mail box full · mailbox … full · folder is full · account is full · account full · user is full · over quota
overquota · over the quota · over its quota · over his quota · over their quota · quota exceed · quota is exceed
exceeded quota · exceeds quota · exceeded its quota · exceeded the quota · exceeding quota · exceeding their quota
exceeded … quota · exceeding … quota · quota … exceeded · quota violation · quota usage · quota reached · quota limit
quota full · out of quota · disk quota · diskquota · disc quota · disk full · disk space · mailbox quota
storage quota · over … quota · over … allowed quota · over the allowed · mail quota · exceeded storage
exceeded its storage · storage limit · exceeded … storage · storage allocation · maximum allowed storage
insufficient storage · insufficient disk · insufficient space · free space · not enough space · not enough storage
enough space · no space · out of space · out of storage · out of memory · mailbox size limit · mailbox limit
mailbox … exceeded · mailbox has exceeded · mailbox exceed · mailfolder is full · too many messages on the server
too much mail data · space … used up · message quota · mail file size exceeds · storage exceeded
receiving mail too quickly · at a rate that · receiving … at a rate · receiving limits · recipient … rate
receive limit · spool full · postvak vol · postvak is vol · postbus vol · postbus is vol · brievenbus … vol
mailbox vol · mailbox is vol · postvak … vol · quotum · quota overschreden · onvoldoende ruimte · postfach voll
postfach ist voll · postfach … voll · mailbox voll · mailbox ist voll · speicherplatz · speicherkontingent
kontingent · quota uberschritten · uberfullt · boite pleine · boite … pleine · messagerie pleine
messagerie … pleine · quota depasse · quota … depasse · espace insuffisant · espace … insuffisant · bal pleine
saturee · buzon lleno · buzon esta lleno · buzon … lleno · bandeja … llena · cuota excedida · cuota superada
cuota … superad · excedido … cuota · superado … cuota · sin espacio · casella piena · casella … piena
casella … esaurit · spazio esaurito · spazio … insufficiente · quota superata · superato … quota · caixa cheia
caixa … cheia · cota excedida · cota … excedida · excedeu … cota · excedeu … quota · espaco insuficiente · sem espaco
skrzynka pelna · skrzynka … pelna · skrzynka … przepelnion · przepelniona · przekroczon … limit
przekroczon … pojemnosc · brak miejsca · ящик переполнен · переполнен · превышена квота · превышен … квот
квота превышена · нет места · недостаточно места · メールボックスが一杯 · メールボックスがいっぱい · いっぱいです
一杯です · 満杯 · 容量を超え · 容量オーバー · 容量不足 · 容量制限 · 邮箱已满 · 信箱已满 · 郵箱已滿 · 信箱已滿 · 已满
已滿 · 空间不足 · 空間不足 · 容量已 · 超出配额 · 配额 · zu viele mails · zuviele mails · brevladan ar full
postladan ar full · full brevlada · postkassen er fuld · postkasse er fuld · postboksen er full · postkassen er full
postilaatikko … taynna · schranka … plna · plna schranka · kvota prekrocen · postafiok … megtelt · posta kutusu dolu
kota asim · kotasi doldu · casuta … plina · hop thu … day · 가득 · exceeds allowed message count
mailbox … over the limit · mailbox … exceeded the limit · mailbox … exceeds allowed · receive more mail
is full of mail · exhausted … storage
"""
NOT_THE_ADDRESS: Final = """
anti-virus · antivirus · automatically-generated · automatically generated messages · delivery not authorized
character set · spamtrap · spam trap · not accept … attachment · not accept … from · not accept … html
to receive this mail · to receive this message · without … field · external sender · group member · only accept
header … not · header … missing · missing … header · header … invalid · invalid header
"""
"""What a mailbox that is there does not take."""
NOT_A_MAILBOX: Final = """
malformed name server · no such file · no such directory · file not found · no such device · no such process
command not found · program not found · mailer not found · gateway for · no longer supported · is not supported
temporarily disabled · temporarily suspended · temporarily locked · temporarily deactivated · temporarily closed
temporarily not · temporarily blocked · frozen on arrival · message is frozen · message was frozen
message … frozen · locked by another · maildir is locked · mailbox is locked by · has not been collected
host not found try again · domain not found try again · name service error … try again · lookup … try again
dns … try again · dns failure · dns lookup fail · dns lookup error · lookup failure · lookup timed out
lookup timeout · lookup error · servfail · unexpected name server · server failure · dns … temporar
temporary … dns · temporary … lookup · lookup … temporar · temporary … resol · temporarily … resol
rate that prevents · unrecognized command · command unrecognized · command not · command … disabled
invalid command · unknown command · invalid syntax · invalid parameter · invalid argument · invalid response
unknown error · unknown reason · unknown failure · connection … terminated · session … terminated
connection … closed · connection is closed · no matching · something is wrong · went wrong · service not active
ldap · route to remote · route to destination · valid route · certificate · connection refused by
connection reset by · connection timed out · connection … is broken · refused to connect · file too large
error writing · no route to host · not responding · queue period
"""
"""What cannot be found, or is closed, and is no mailbox: a file, a way there, an answer of a name server just now."""
DEAD: Final = """
user unknown · unknown user · user is unknown · user not known · unknown account · unknown or · invalid or unknown
unknown virtual · unknown mailbox · mailbox unknown · unknown recipient · recipient unknown · recipient is unknown
unknown address · address unknown · unknown email · unknown e-mail · unknown local · unknown in · unknown to
unknown login · addresses were unknown · addressee unknown · is unknown · no such · non-existent · nonexistent
non existent · nonexistant · does not exist · doesnt exist · do not exist · not exist · not existing
no longer exist · didnt exist · doesnt have a · does not have a · doesnt have an · not found · couldnt be found
could not be found · cannot be found · cant be found · was not found · not find · cant find · cannot find
recipnotfound · not known · not listed · no match · no matches · unable to find · user not · no user · no mailbox
no mail box · no account · no local · no valid recipient · no valid address · no valid mailbox · no valid user
no recipient · no one at · nobody by · nobody with · no person · no entry · not a known · not a valid · not valid
is not valid · not a local · not local · not our customer · not our user · not a user · not a customer
not an active · not active · isnt a valid · not here · not present · not recognized · not recognised · not handled
not hosted · invalid recipient · invalid mailbox · invalid address · invalid user · invalid account
invalid destination · invalid final · invalid rcpt · invalid local · invalid email · invalid e-mail
recipient invalid · mailbox invalid · address invalid · address is invalid · is invalid · bad recipient · bad address
bad destination · bad email · badrcptto · wrong address · wrong or · is wrong · incorrect address · mistyped
unrouteable · unroutable · unroutable address · undeliverable address · undeliverable to · recipient rejected
recipient address rejected access · address rejected · recipients rejected · rejected recipients · rcpt … does not
cant accept user · not accept user · disabled · inactive · deactivated · suspended · suspend · discontinued
terminated · cancelled · canceled · expired account · account expired · account has expired · account … locked
user … locked · mailbox … locked · address … locked · account … frozen · user … frozen · mailbox … frozen
locked account · decommissioned · been deleted · was deleted · been removed · is deleted · no longer · has moved
moved to · have moved · left the · has left · changed … address · address has changed · retired · archived · obsolete
host unknown · unknown host · host not found · hostname … not · bad host · unknown domain · domain unknown
domain not found · domain not known · domain not valid · domain not exist · no such domain · domain … not exist
domain does not · nxdomain · no mx · no valid mx · null mx · no mail exchanger · name service error · name or service
mx record · mail server … not found · domain name not · dns lookup · dns … domain · not accept mail
not accept email · not accepting any mail · does not accept · doesnt accept · no a record · nullmx · bogus mx
malformed … dns · no host · illegal host · user missing · missing home · who are you looking for · in directory
the directory · domino directory · recipient table · relay recipient · local recipient · virtual mailbox table
onbekende gebruiker · gebruiker onbekend · gebruiker bestaat · bestaat niet · onbekend adres · adres onbekend
adres is onbekend · onbekende ontvanger · ontvanger onbekend · niet gevonden · geen geldig · ongeldig adres
ongeldige ontvanger · niet bekend · opgeheven · niet meer in gebruik · adres is niet meer · niet meer gebruikt
niet meer werkzaam · niet langer werkzaam · niet meer in dienst · unbekannter
empfanger unbekannt · benutzer unbekannt · adresse unbekannt · unbekannte · existiert nicht · existieren nicht
nicht gefunden · nicht bekannt · nicht vorhanden · postfach … nicht verfugbar · empfanger … nicht verfugbar
nicht mehr gultig · nicht mehr aktiv · nicht mehr erreichbar · nicht mehr vorhanden · nicht mehr in · ungultige
ungultig · gibt es nicht · kein solcher · kein postfach · keine mailbox · deaktiviert · stillgelegt
utilisateur inconnu · utilisateur … inconnu · destinataire inconnu · destinataire … inconnu · adresse inconnue
inconnu a cette · inconnu · n'existe pas · nexiste pas · n existe pas · existe pas · inexistant · invalide
introuvable · desactive · compte ferme · boite fermee · compte cloture · repertorie … annuaire · n'est plus
usuario desconocido · desconocid · no se encuentra en · no existe · no valida · no valido · no se encontro
no se ha encontrado · no encontrad · inexistente · desactivad · inhabilitad · cuenta … cancelad · utente sconosciuto
sconosciut · non esiste · non valido · non trovat · disabilitat · disattivat · casella … chiusa · desconhecid
nao existe · nao encontrad · invalido · desativad · inativ · encerrad · nieznany · nieznana · nie istnieje
nie ma takiego · nie znaleziono · nie znaleziony · nieprawidlowy adres · bledny adres · brak takiego
konto … zablokowan · skrzynk … zablokowan · nieaktywn · не наиден · не существует · не существуют · неизвестн
нет такого · несуществующ · неверныи адрес · недеиствительн · отключен · ящик … заблокирован
пользовател … заблокирован · аккаунт … заблокирован · удален · 存在しません · 存在しない · 見つかりません
見つからない · 宛先不明 · 不明 · 無効 · リストにありません · 登録されていま · 存在しておりません · アドレスが間違
利用停止 · 解約 · 不存在 · 无此 · 無此 · 查无 · 找不到 · 无效 · 無效 · 错误的收件人 · 收件人错误 · 已停用 · 已注销
被禁用 · 停用 · 没有该用户 · 沒有此 · mailbox unav · nessun utente · not email addr · recipient notfound
recipient has been denied · was undeliverable · badrecipient · validrcptto · user … unknown · archiv · inactive user
domain must · has been replaced · kein benutzer · nicht existier · existe plus · nexiste plus · inesistent
не зарегистрирован · いません · illegal alias · unknown alias · virtual alias · account closed · is closed
account is closed · mailbox closed · recipient is not accepted · did not exactly match · recipient no found
user no found · unknown e mail · mailbox … not allowed · mailbox name not allowed · answer with no data · no dns entr
indicated no smtp · host address lookups failed · couldnt find any host · could not find any host · invalid domain
not currently being accepted for this mailbox · malformed address · malformed recipient · malformed local
badly formatted · address syntax · recipient denied · unavailable mailbox · use my new · new e-mail address
new email address · user banned · account banned · does not refer to · not like recipient
mail delivery is not allowed · no e-mail address · no email address · riuscito a trovare · nadie con esta
ne obstaja · ukinjen · finns inte · okand · findes ikke · ukendt · finnes ikke · ukjent · tuntematon
ei ole olemassa · ei loydy · neexistuje · neznam · nem letezik · ismeretlen · nu exista · necunoscut · bulunamad
mevcut degil · bilinmeyen · gecersiz · δεν υπαρχει · αγνωστος · לא קיים · 존재하지 · 없는 사용자 · 알 수 없는
غير موجود · khong ton tai · tidak ditemukan · tidak dikenal
"""
CONTENT: Final = """
spam · spammy · virus · infected · malware · worm · trojan · phish · content · unsolicited · junk · bulk mail
bulk email · uce · viagra · gtube · scoring · spam score · score · message too large · message is too large
too large · too big · message size · size exceeds · exceeds size · exceeds maximum · exceeds the maximum
maximum message · maximum size · size limit · size … exceeds · exceeds … size · exceeded … message size · larger than
length exceeds · mail size · attachment · attachments · extension · suspicious · suspect · message rejected
message refused · message has been rejected · mail rejected · message … rejected · mail … rejected
rejected this message · message … blocked · blocked message · messages … rejected · message denied · rejecting
message filtered · filter · filtered · prohibited · inappropriate · offensive · uribl · surbl · url · link in
policy · security · fraud · signature · pattern · classified · fingerprint · advertis · undesirable · unwanted
objectionable · forbidden · not acceptable · unacceptable · refused by · rejected by · rejected for · denied by
transaction failed · message header · headers · illegal · mime · 8bit · 8-bit · charset · bare · not rfc
line too long · line length · invalid message · malformed · user rules · recipient preferences · preferences
whitelist · white list · authorized senders · only accepting mail from · mail from specific · challenge · restricted
permission to send · not allowed to post · members only · closed list · blocked by the recipient · refuses to receive
ongewenst · geweigerd · te groot · spamfilter · unerwunscht · abgelehnt · zu gross · zu groß · indesirable · rejete
trop volumineux · trop gros · rechazado · no deseado · demasiado grande · rifiutato · indesiderat · troppo grande
rejeitad · indesejad · muito grande · odrzucon · niechcian · zbyt duz · отклонен · спам · слишком больш · вирус
迷惑メール · スパム · 拒否 · サイズ · ウイルス · 垃圾 · 病毒 · 太大 · 过大 · 拒绝 · 拒絕 · members-only · non-member
header are not · organizational settings · mass mailer · bad header · bad_header · no permit · invalid data
executable · header error · linefeed · line feed · line terminator · line limit · taille limite · protocol violation
external sender · group member · header field · duplicate header · duplicated message-id · closed mailing
not subscribed · captcha · base64 encoding · message exceeds · exceeds limit · attachments … exceed
"""
AWAY: Final = """
dns error · expired · timed out · timeout · time out · time-out · connection refused · refused connection
connection reset · connection lost · lost connection · connection … closed · connection failed · connect failed
could not connect · couldnt connect · cannot connect · unable to connect · failed to connect · cant connect
wasnt able to establish · unable to contact · unreachable · no route · no answer · not responding · not reachable
temporar · temporarily · try again · tried again · retry time · retry timeout · too long in the queue
in the queue too long · in queue too long · been in queue · gave up · given up after · for … days · for more than
hours … undeliver · too old · too many hops · hop count · hops exceeded · exceeded … hops · mail loop · mail loops
loops back · looping · routing loop · loop detected · loop count · message loop · forwarding loop · mail for … loops
redirect … loop · maximum forwards · maximum delivery attempts · all hosts have been failing · greylist · graylist
grey list · system full · system not accepting · system resources · system error · insufficient system · server busy
server is busy · service unavailable · service not available · service … unavailable · too busy · busy · overload
maintenance · out of service · internal error · internal server · unexpected failure · local configuration
configuration error · mailer error · deferred · host or domain · too many recipients · too many connections · tls
starttls · certificate · verlopen · tijdelijk · probeer het later · geen verbinding · abgelaufen · vorubergehend
zeituberschreitung · spater · expire · temporairement · plus tard · delai · temporal · mas tarde · caducad
temporane · piu tardi · scadut · temporari · mais tarde · expirad · tymczasow · pozniej · przekroczono czas
временно · позже · истек · превышено время · 一時的 · 時間切れ · タイムアウト · 暂时 · 暫時 · 稍后 · 超时 · 过期
"""
AT_THE_SENDER: Final = "reply to mail from · after mail from · response to mail from · antwoord op mail from"
PERHAPS_US: Final = "blocked · to relay"
PERHAPS_DEAD: Final = """
mailbox unavailable · mailbox is unavailable · mailbox … unavailable · mailbox not available · not available
user unavailable · requested action not taken · recipient address rejected · recipient refused · not accepting mail
not accepting messages · unavailable or access · account unavailable · recipient not · not ok
"""
WHO: Final = """
user · username · userid · recipient · mailbox · mail box · account · address · addressee · adress · alias · login
member · mail id · subscriber · rcpt · inbox · gebruiker · adres · ontvanger · postvak · brievenbus · benutzer
empfanger · adresse · postfach · utilisateur · destinataire · boite · compte · usuario · destinatario · direccion
buzon · cuenta · utente · indirizzo · casella · endereco · caixa · conta · uzytkownik · odbiorca · konto · skrzynk
пользовател · получател · адрес · ящик
"""
NOT_THERE: Final = """
unknown · unknow · no such · not exist · doesnt exist · nonexist · non-exist · inexist · not found · no found
not be found · couldnt find · cant find · cannot find · could not find · unable to find · not find · invalid
not valid · isnt valid · not known · not recogni · unrecogni · not active · isnt active · not actived · inactivity
unavailable for · not in use · not used · unrout · not rout · not defined · not activated · not allowed
cannot be verified · cant be verified · could not be verified · lookup … failed · undefined · not registered
unregistered · not listed · not local · isnt local · not here · not hosted · isnt hosted · not present · not our
not one of our · not belong · incorrect · mistyped · misspelled · not ours · bogus · not a real · cant be resolved
cannot be resolved · could not be resolved · onbekend · bestaat niet · ongeldig · niet gevonden · niet actief
unbekannt · existiert nicht · ungultig · nicht aktiv · nicht bekannt · inconnu · existe pas · invalide · introuvable
desconocid · no existe · no valid · inexistente · no encontrad · sconosciut · non esiste · non valid · inesistente
desconhecid · nao existe · nieznan · nie istnieje · nieprawidlow · не существует · не наиден · неизвест
недеиствител
"""
"""What is said of WHO, before or after it, in whatever words around: an address that is dead."""
GIVEN_UP: Final = """
could not be delivered · undeliver · not able to deliver · wasnt able to deliver · unable to deliver
cannot be delivered · cant be delivered · couldnt be delivered · permanent error · permanent fatal · fatal error
delivery failed · failed permanently · failed recipients · did not reach · was not delivered · not be delivered
were not delivered · delivery has failed · delivery to … failed · did not receive · non-delivery
encountered an error · failed · niet worden bezorgd · niet bezorgd · nicht zugestellt · nicht zustellen · pas pu etre
pas ete remis · no se pudo entregar · no pudo ser entregado · non e stato possibile · nao pode ser entregue
nie mogla · nie mozna bylo · nie dostarczon · не может быть доставлено · не удалось доставить · не было доставлено
配信できません · 送信できません · 届けることができません · 无法送达 · 無法送達 · 无法投递 · 无法发送
"""
