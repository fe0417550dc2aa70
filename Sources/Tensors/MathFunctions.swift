import Glibc

// One place for libm, so that other files need not import it.
func _log(_ x: Double) -> Double { Glibc.log(x) }
func _cos(_ x: Double) -> Double { Glibc.cos(x) }
