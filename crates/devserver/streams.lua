function h(s, code)
  return load(code, '=probe')(s)
end
