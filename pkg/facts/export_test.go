package facts

// What reads hostile text is tested by itself.
var (
	ParseAccounts  = parseAccounts
	CapabilitiesOf = capabilities
)
