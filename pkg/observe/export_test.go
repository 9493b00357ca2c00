package observe

// Confine is confine, for the process that tries what is left to it.
var Confine = confine
