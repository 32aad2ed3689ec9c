package transparency

import (
	"maps"
	"strings"
)

// English is the default.
func English() Words { return copied(english) }

// Spanish speaks to the reader with tú.
func Spanish() Words { return copied(spanish) }

// German speaks to the reader with Sie.
func German() Words { return copied(german) }

// copied keeps a caller's changes to the maps to the caller.
func copied(w Words) Words {
	w.Kinds, w.Bases, w.Slots = maps.Clone(w.Kinds), maps.Clone(w.Bases), maps.Clone(w.Slots)
	return w
}

// languageOf is the language of a locale, "de" of "de-AT"; "" of what is no locale.
func languageOf(locale string) string {
	language, _, _ := strings.Cut(strings.ReplaceAll(strings.ToLower(locale), "_", "-"), "-")
	if len(language) > 8 || strings.Trim(language, "abcdefghijklmnopqrstuvwxyz") != "" {
		return ""
	}
	return language
}

// Words are the phrases for a locale ("de-AT"), as reports have them: Options.Words first, then the built-in languages, then English.
// None of them is empty.
func (j *Journal) Words(locale string) Words {
	if j == nil {
		return English()
	}
	return copied(wordsFor(locale, j.o.Words))
}

// wordsFor chooses by the language of a locale ("de-AT"): the caller's own first, then the built-in ones, then English.
func wordsFor(locale string, own map[string]Words) Words {
	language := languageOf(locale)
	for _, key := range []string{locale, strings.ToLower(locale), language} {
		if w, ok := own[key]; ok {
			return w.completed()
		}
	}
	switch language {
	case "es":
		return spanish
	case "de":
		return german
	}
	return english
}

var english = Words{
	Because:    "Mostly because of {}",
	BecauseBut: "Mostly because of {}, although {} spoke against it",
	Although:   "Although {} spoke against it",
	Principal:  "The main reasons: {}",
	NoReasons:  "No reasons were recorded",
	Denied:     "Nothing was decided, because there was no valid consent for it",
	Fallback:   "This is the general answer, because there was no valid consent for a personal one",
	Stopped:    "The system had been stopped, so nothing was decided",
	Failed:     "Something went wrong, so nothing was decided",
	Agreed:     "you had agreed to this use ({})",
	RestsOn:    "the use ({}) rests on {}",
	HiddenOne:  "{} was hidden before the system saw anything",
	HiddenMany: "{} were hidden before the system saw anything",
	Held:       "a person will look at it before it counts",
	Approved:   "a person checked and approved it",
	Replaced:   "a person checked it and gave another answer",
	Rejected:   "a person checked and refused it",
	Expired:    "nobody checked it in time, so it was refused",
	Drawn:      "it was drawn for a check by a person",
	Instead:    "the answer would have been another with {}",
	Proved:     "{} entries are proved to be in the log that has this key; the proofs are in this report's JSON form",
	Unsteady:   "the system does not always answer the same, so these reasons are not exact",
	Erased:     "{} UTC: everything recorded until then was erased, {} entries",
	And:        " and ",
	Kinds: map[string]string{
		"EMAIL_ADDRESS": "e-mail address|e-mail addresses", "PHONE_NUMBER": "phone number|phone numbers",
		"CREDIT_CARD": "card number|card numbers", "IBAN_CODE": "bank account number|bank account numbers",
		"IP_ADDRESS": "IP address|IP addresses", "US_SSN": "social security number|social security numbers",
		"URL": "web address|web addresses", "UK_NHS": "NHS number|NHS numbers", "DE_TAX_ID": "tax number|tax numbers",
		"FR_NIR": "social security number|social security numbers", "PERSON": "name|names", "LOCATION": "place|places",
		"DATA": "other personal detail|other personal details",
	},
	Bases: map[string]string{
		"contract": "a contract with you", "legal_obligation": "a legal duty", "vital_interests": "vital interests",
		"public_task": "a public task", "legitimate_interests": "legitimate interests",
	},
	Slots: map[string]string{
		"title": "Your data and the decisions made with it", "purposes": "What your data is used for", "categories": "Which data",
		"recipients": "Who receives it", "retention": "How long it is kept", "rights": "Your rights",
		"complaint": "Where you can complain", "sources": "Where the data comes from", "automated": "Automated decisions",
		"consents": "What you agreed to", "erased": "What was erased", "disclosures": "What you were told", "none": "none",
		"reviews": "Checked by a person", "contest": "How to object", "proof": "Proof",
		"rights_text": "You can have your data corrected, erased or its use restricted, object to its use, and take it with you.",
	},
	Missing: "not recorded",
}

var spanish = Words{
	Because:    "Principalmente por {}",
	BecauseBut: "Principalmente por {}, aunque en contra hablaba {}",
	Although:   "Aunque en contra hablaba {}",
	Principal:  "Los motivos principales: {}",
	NoReasons:  "No se registraron motivos",
	Denied:     "No se decidió nada porque no había un consentimiento válido",
	Fallback:   "Esta es la respuesta general, porque no había un consentimiento válido para una personal",
	Stopped:    "El sistema estaba detenido, así que no se decidió nada",
	Failed:     "Algo falló, así que no se decidió nada",
	Agreed:     "habías aceptado este uso ({})",
	RestsOn:    "el uso ({}) se basa en {}",
	HiddenOne:  "antes de que el sistema viera nada se ocultó {}",
	HiddenMany: "antes de que el sistema viera nada se ocultaron {}",
	Held:       "una persona lo revisará antes de que valga",
	Approved:   "una persona lo revisó y lo aprobó",
	Replaced:   "una persona lo revisó y dio otra respuesta",
	Rejected:   "una persona lo revisó y lo rechazó",
	Expired:    "nadie lo revisó a tiempo, así que se rechazó",
	Drawn:      "salió elegido para que lo revise una persona",
	Instead:    "la respuesta habría sido otra con {}",
	Proved:     "Está probado que {} entradas están en el registro con esta clave; las pruebas están en la forma JSON de este informe",
	Unsteady:   "el sistema no siempre responde igual, así que estos motivos no son exactos",
	Erased:     "{} UTC: se borró todo lo registrado hasta entonces, {} entradas",
	And:        " y ",
	Kinds: map[string]string{
		"EMAIL_ADDRESS": "correo electrónico|correos electrónicos", "PHONE_NUMBER": "número de teléfono|números de teléfono",
		"CREDIT_CARD": "número de tarjeta|números de tarjeta", "IBAN_CODE": "número de cuenta|números de cuenta",
		"IP_ADDRESS": "dirección IP|direcciones IP", "US_SSN": "número de la seguridad social|números de la seguridad social",
		"URL": "dirección web|direcciones web", "UK_NHS": "número del NHS|números del NHS",
		"DE_TAX_ID": "número fiscal|números fiscales", "FR_NIR": "número de la seguridad social|números de la seguridad social",
		"PERSON": "nombre|nombres", "LOCATION": "lugar|lugares", "DATA": "otro dato personal|otros datos personales",
	},
	Bases: map[string]string{
		"contract": "un contrato contigo", "legal_obligation": "una obligación legal", "vital_interests": "intereses vitales",
		"public_task": "una misión de interés público", "legitimate_interests": "intereses legítimos",
	},
	Slots: map[string]string{
		"title": "Tus datos y las decisiones tomadas con ellos", "purposes": "Para qué se usan tus datos", "categories": "Qué datos",
		"recipients": "Quién los recibe", "retention": "Cuánto tiempo se conservan", "rights": "Tus derechos",
		"complaint": "Dónde puedes reclamar", "sources": "De dónde vienen los datos", "automated": "Decisiones automatizadas",
		"consents": "Lo que aceptaste", "erased": "Lo que se borró", "disclosures": "Lo que se te informó", "none": "nada",
		"reviews": "Revisado por una persona", "contest": "Cómo oponerte", "proof": "Prueba",
		"rights_text": "Puedes hacer corregir o borrar tus datos, limitar su uso, oponerte a él y llevártelos.",
	},
	Missing: "no registrado",
}

var german = Words{
	Because:    "Vor allem wegen: {}",
	BecauseBut: "Vor allem wegen: {}; dagegen sprach: {}",
	Although:   "Dagegen sprach: {}",
	Principal:  "Die Hauptgründe: {}",
	NoReasons:  "Gründe wurden nicht aufgezeichnet",
	Denied:     "Es wurde nichts entschieden, weil eine gültige Einwilligung fehlte",
	Fallback:   "Dies ist die allgemeine Antwort, weil für eine persönliche eine gültige Einwilligung fehlte",
	Stopped:    "Das System war angehalten, daher wurde nichts entschieden",
	Failed:     "Es ist etwas schiefgegangen, daher wurde nichts entschieden",
	Agreed:     "Sie hatten dieser Verwendung zugestimmt ({})",
	RestsOn:    "die Verwendung ({}) beruht auf: {}",
	HiddenOne:  "bevor das System etwas sah, wurde verborgen: {}",
	HiddenMany: "bevor das System etwas sah, wurden verborgen: {}",
	Held:       "ein Mensch sieht es sich an, bevor es gilt",
	Approved:   "ein Mensch hat es geprüft und gebilligt",
	Replaced:   "ein Mensch hat es geprüft und anders entschieden",
	Rejected:   "ein Mensch hat es geprüft und abgelehnt",
	Expired:    "niemand hat es rechtzeitig geprüft, daher wurde es abgelehnt",
	Drawn:      "es wurde für die Prüfung durch einen Menschen ausgewählt",
	Instead:    "die Antwort wäre anders ausgefallen mit: {}",
	Proved:     "{} Einträge stehen nachweislich im Protokoll mit diesem Schlüssel; die Nachweise stehen in der JSON-Form dieses Berichts",
	Unsteady:   "das System antwortet nicht immer gleich, daher sind diese Gründe nicht genau",
	Erased:     "{} UTC: alles bis dahin Aufgezeichnete wurde gelöscht, {} Einträge",
	And:        " und ",
	Kinds: map[string]string{
		"EMAIL_ADDRESS": "E-Mail-Adresse|E-Mail-Adressen", "PHONE_NUMBER": "Telefonnummer|Telefonnummern",
		"CREDIT_CARD": "Kartennummer|Kartennummern", "IBAN_CODE": "Kontonummer|Kontonummern",
		"IP_ADDRESS": "IP-Adresse|IP-Adressen", "US_SSN": "Sozialversicherungsnummer|Sozialversicherungsnummern",
		"URL": "Internetadresse|Internetadressen", "UK_NHS": "NHS-Nummer|NHS-Nummern",
		"DE_TAX_ID": "Steuernummer|Steuernummern", "FR_NIR": "Sozialversicherungsnummer|Sozialversicherungsnummern",
		"PERSON": "Name|Namen", "LOCATION": "Ort|Orte", "DATA": "weitere persönliche Angabe|weitere persönliche Angaben",
	},
	Bases: map[string]string{
		"contract": "einem Vertrag mit Ihnen", "legal_obligation": "einer rechtlichen Pflicht", "vital_interests": "lebenswichtigen Interessen",
		"public_task": "einer öffentlichen Aufgabe", "legitimate_interests": "berechtigten Interessen",
	},
	Slots: map[string]string{
		"title": "Ihre Daten und die Entscheidungen damit", "purposes": "Wofür Ihre Daten verwendet werden", "categories": "Welche Daten",
		"recipients": "Wer sie erhält", "retention": "Wie lange sie aufbewahrt werden", "rights": "Ihre Rechte",
		"complaint": "Wo Sie sich beschweren können", "sources": "Woher die Daten stammen", "automated": "Automatisierte Entscheidungen",
		"consents": "Wozu Sie zugestimmt haben", "erased": "Was gelöscht wurde", "disclosures": "Was Ihnen mitgeteilt wurde", "none": "keine",
		"reviews": "Von einem Menschen geprüft", "contest": "Wie Sie widersprechen können", "proof": "Nachweis",
		"rights_text": "Sie können Ihre Daten berichtigen oder löschen und ihre Verwendung einschränken lassen, ihr widersprechen und Ihre Daten mitnehmen.",
	},
	Missing: "nicht aufgezeichnet",
}
