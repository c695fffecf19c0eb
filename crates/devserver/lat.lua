function f(r) r.a=(r.a or 0)+1 aerospike:update(r) return r.a end
