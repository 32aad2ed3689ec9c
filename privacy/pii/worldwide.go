package pii

// worldwide lists the kinds that belong to no country. The first six have
// matchers of their own; their order is that of the constants in rule.go.
func worldwide() []rule {
	return []rule{
		{Info: Info{
			Kind: EmailAddress, Default: true,
			Format:  "local part, '@', domain with a top-level domain, or an address literal",
			Check:   "lengths and dots of RFC 5321, labels of RFC 1123, a top-level domain that is no file ending",
			Source:  "RFC 5321, RFC 5322, RFC 6531",
			Example: "jo.miller@example.org",
		}, words: "email|e-mail|mail|correo|courriel|posta|poczta"},
		{Info: Info{
			Kind: PhoneNumber, Default: true,
			Format:  "'+' or 00 and a country code, a North American number as 3-3-4, or a national number near a word; extensions",
			Check:   "calling code, length and first digits in use there; area code and exchange rules of the NANP",
			Source:  "ITU-T E.164, ATIS-0300051, libphonenumber's metadata",
			Example: "+1 202-555-0143",
		}, words: "phone|telephone|answering|cep|tel|mobile|cell|call|dial|reach|contact|fax|whatsapp|sms|telefon|telefonnummer|handy|mobil|rufnummer|" +
			"téléphone|portable|teléfono|telefono|móvil|celular|cellulare|telefone|telemóvel|telefoon|mobiel|komórka|numer telefonu"},
		{
			Info: Info{
				Kind: CreditCard, Default: true,
				Format:  "12 to 19 digits, bare or grouped as on the card",
				Check:   "issuer range with its lengths (Mastercard 2-series included), Luhn",
				Source:  "ISO/IEC 7812-1 and the networks' published ranges",
				Example: "4111 1111 1111 1111",
			}, shapes: "!9999999999999999|!999999999999999|!99999999999999|9999*9999*9999*9999|9999*999999*99999|9999*999999*9999|" +
				"9999*9999*9999*9999*999|999999*9999999999999|9999*9999*9999*99|9999*9999*9999*999|" +
				"999999999999|9999999999999|99999999999999999|999999999999999999|9999999999999999999",
			check: cardNumber, proof: cardIssuer, sturdy: true,
			words: "card|credit|debit|visa|mastercard|amex|maestro|pan|cc|kreditkarte|karte|carte|tarjeta|carta|cartão|kaart|creditcard|karta|karty",
		},
		{Info: Info{
			Kind: IBANCode, Default: true,
			Format:  "country, two check digits, account of the country's length and structure; bare or in groups",
			Check:   "ISO 7064 MOD 97-10, length and structure for every country of the registry",
			Source:  "ISO 13616, SWIFT IBAN Registry",
			Example: "GB82 WEST 1234 5698 7654 32",
		}, words: "iban"},
		{Info: Info{
			Kind: IPAddress, Default: true,
			Format:  "IPv4 dotted, IPv6, each with an optional prefix length",
			Check:   "octets to 255 without leading zeros; groups and gaps of RFC 4291; four single digits need a word near",
			Source:  "RFC 791, RFC 4291, RFC 4632",
			Example: "192.0.2.146",
		}, words: "ip|ipv4|ipv6|ip address|ip adresse|dirección ip|indirizzo ip|adresse ip"},
		{Info: Info{
			Kind: URL, Default: true,
			Format:  "scheme://host with path, query and fragment; www.host; host.com and the like",
			Check:   "host of RFC 1123 labels or an address; user information included",
			Source:  "RFC 3986",
			Example: "https://www.example.org/orders?id=7",
		}, words: "website|web|url|homepage|webseite|domain|site|sito|página|strona"},
		{Info: Info{
			"MAC_ADDRESS", "", "six bytes in hexadecimal, three notations", "not broadcast, not zero", "IEEE 802", "00:00:5E:00:53:01", true,
		}, words: "mac|hardware|ethernet"},
		{Info: Info{
			"CRYPTO", "", "Bitcoin address from 1, 3 or bc1", "Base58Check with double SHA-256; bech32 and bech32m", "Bitcoin wiki, BIP 173, BIP 350", "1111111111111111111114oLvT2", true,
		}, words: "wallet|bitcoin|btc|crypto"},
		{Info: Info{
			"ETH_ADDRESS", "", "0x and 40 hexadecimal digits", "capital letters by Keccak-256 (EIP-55); a single case proves nothing", "Ethereum EIP-55", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", true,
		}, words: "wallet|ethereum|eth|address"},
		{Info: Info{
			"PASSPORT_MRZ", "", "second line of 44 characters, with the first line if it stands before", "four check digits, weights 7, 3, 1 mod 10", "ICAO Doc 9303-4", "L898902C36UTO7408122F1204159ZE184226B<<<<<10", true,
		}, words: "passport"},
	}
}
