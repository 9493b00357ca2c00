// Allows functions without a body in this package: see licences.go.
