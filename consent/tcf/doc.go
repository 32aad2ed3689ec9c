// Package tcf reads consent strings of the IAB Europe Transparency and Consent Framework, version 2.3: what a visitor told a consent
// management platform about advertising purposes and vendors.
//
//	s, err := tcf.Parse(cookie)
//	if err == nil && s.Conforms() == nil && s.Purposes.Has(1) && s.Vendors.Has(755) { ... }
//
// A string has up to three segments, separated by dots: the core, the vendors disclosed to the visitor, and the publisher's own
// purposes. Each is base64url without padding, its fields big-endian bits. Source: "Consent string and vendor list formats v2",
// IAB Tech Lab, version 2.3 (April 2025). There is no encoder: a string is the visitor's word and is kept as it came.
package tcf
