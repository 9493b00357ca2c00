package ci

// Result is how a CI system marks a step that has ended, in the words of Azure Pipelines.
type Result string

// The results of a step.
const (
	Succeeded           Result = "Succeeded"
	SucceededWithIssues Result = "SucceededWithIssues" // the job goes on, and people are to look at the step
	Failed              Result = "Failed"
)

// Ending describes how a step ended. Its result must say the same as the exit code: Failed, and nothing else, goes
// with another code than 0.
type Ending struct {
	Result  Result
	Verdict string // as the output verdict has it; empty where there is none
	Reports string // the directory of the reports, which holds nothing else; empty where none is to be kept
}
