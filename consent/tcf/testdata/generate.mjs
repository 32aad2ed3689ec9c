// Makes strings.jsonl with the IAB's own library: npm i @iabtechlabtcf/core@1.5.21 && node generate.mjs > strings.jsonl
// Each line is a string and what was put into it.
import { TCModel, TCString, GVL, PurposeRestriction, RestrictionType } from '@iabtechlabtcf/core';

let seed = 20260101;
const rnd = () => ((seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32);
const int = (n) => Math.floor(rnd() * n);
const pick = (n, share) => Array.from({ length: n }, (_, i) => i + 1).filter(() => rnd() < share);

const vendors = {};
for (let id = 1; id <= 300; id++) {
  if (id % 7 === 3) continue; // gaps, as in the real list
  vendors[id] = { id, name: 'V' + id, purposes: [1, 2, 3, 4], legIntPurposes: [7, 8, 9, 10], flexiblePurposes: [2, 7, 8, 9, 10], specialPurposes: [1], features: [1], specialFeatures: [1, 2], policyUrl: 'https://example.com/' };
}
const list = (n, name) => Object.fromEntries(Array.from({ length: n }, (_, i) => [i + 1, { id: i + 1, name: name + (i + 1), description: '', illustrations: [] }]));
const json = {
  gvlSpecificationVersion: 3, vendorListVersion: 120, tcfPolicyVersion: 5, lastUpdated: '2026-01-01T00:00:00Z',
  purposes: list(11, 'P'), specialPurposes: list(3, 'SP'), features: list(3, 'F'), specialFeatures: list(2, 'SF'), stacks: {}, dataCategories: {}, vendors,
};

for (let i = 0; i < 1000; i++) {
  const m = new TCModel(new GVL(json));
  m.cmpId = 2 + int(4000);
  m.cmpVersion = int(4096);
  m.consentScreen = int(64);
  m.consentLanguage = ['EN', 'DE', 'FR', 'PT', 'SV'][int(5)];
  m.publisherCountryCode = ['DE', 'FR', 'AT', 'SE', 'PT'][int(5)];
  m.useNonStandardTexts = rnd() < 0.5;
  m.purposeOneTreatment = rnd() < 0.3;
  m.isServiceSpecific = true;
  const p = pick(11, 0.5), li = pick(11, 0.5).filter((x) => x < 3 || x > 6), sf = pick(2, 0.5);
  m.purposeConsents.set(p); m.purposeLegitimateInterests.set(li); m.specialFeatureOptins.set(sf);
  const share = [0, 0.02, 0.5, 0.98][int(4)];
  const all = Object.keys(vendors).map(Number);
  const some = (s) => all.filter(() => rnd() < s);
  const vc = some(share), vl = some(share / 2), vd = some(0.9);
  m.vendorConsents.set(vc); m.vendorLegitimateInterests.set(vl); m.vendorsDisclosed.set(vd);
  if (rnd() < 0.3) {
    for (let k = 0; k < 1 + int(3); k++) {
      for (const v of some(0.01)) m.publisherRestrictions.add(v, new PurposeRestriction(2 + 5 * int(2), int(2) ? RestrictionType.REQUIRE_CONSENT : RestrictionType.NOT_ALLOWED));
    }
  }
  let pub = null;
  if (rnd() < 0.5) {
    m.numCustomPurposes = int(6);
    pub = { purposes: pick(11, 0.5), li: pick(11, 0.3), custom: m.numCustomPurposes, customPurposes: pick(m.numCustomPurposes, 0.5), customLI: pick(m.numCustomPurposes, 0.5) };
    m.publisherConsents.set(pub.purposes); m.publisherLegitimateInterests.set(pub.li);
    m.publisherCustomConsents.set(pub.customPurposes); m.publisherCustomLegitimateInterests.set(pub.customLI);
  }
  const string = TCString.encode(m);
  const back = TCString.decode(string); // what the library itself reads
  const set = (v) => { const out = []; v.forEach((has, id) => has && out.push(id)); return out; };
  const restrictions = [];
  for (const r of back.publisherRestrictions.getRestrictions()) restrictions.push({ purpose: r.purposeId, kind: r.restrictionType, vendors: back.publisherRestrictions.getVendors(r) });
  restrictions.sort((a, b) => a.purpose - b.purpose || a.kind - b.kind);
  console.log(JSON.stringify({
    string, created: back.created.getTime(), updated: back.lastUpdated.getTime(), cmp: back.cmpId, cmpVersion: back.cmpVersion, screen: back.consentScreen,
    language: back.consentLanguage, vendorList: back.vendorListVersion, policy: back.policyVersion, nonStandard: back.useNonStandardTexts, one: back.purposeOneTreatment,
    country: back.publisherCountryCode, sf: set(back.specialFeatureOptins), purposes: set(back.purposeConsents), li: set(back.purposeLegitimateInterests),
    vendors: set(back.vendorConsents), vendorsLI: set(back.vendorLegitimateInterests), disclosed: set(back.vendorsDisclosed), restrictions, pub,
  }));
}
