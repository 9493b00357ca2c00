package facts

// CapabilitiesOf reads hostile text, and is tested by itself.
var CapabilitiesOf = capabilities
