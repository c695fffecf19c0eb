
function add(rec, by)
    if not aerospike:exists(rec) then aerospike:create(rec) end
    rec['n'] = (rec['n'] or 0) + by
    aerospike:update(rec)
    return rec['n']
end
function echo(rec, ...) return ... end
function nothing(rec) end
function fail(rec) error('out of paper') end
