package call

// Stage is a guard's place in the one order of a guarded call, outermost first. A boundary is the place before all guards.
type Stage uint32

// The stages, outermost first. The order is the design's: consent refuses before any work; fairness needs the raw group and
// the final outcome; everything inside privacy sees pseudonyms; transparency records what the model saw and said;
// oversight may hold or replace what it said.
const (
	StageBoundary Stage = iota
	StageConsent
	StageFairness
	StagePrivacy
	StageTransparency
	StageOversight

	stages // how many there are
)

var stageNames = [stages]string{"boundary", "consent", "fairness", "privacy", "transparency", "oversight"}

// String returns the name of the stage's package.
func (s Stage) String() string {
	if s < stages {
		return stageNames[s]
	}
	return "unknown"
}
