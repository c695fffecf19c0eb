//! Values, particles, msgpack and the order, by example.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use wire::msgpack::{MAX_DEPTH, decode, encode, write, write_key_ordered_map_header};
use wire::order::{compare, matches};
use wire::{BlobType, Digest, Error, List, Map, MapOrder, ResultCode, Value, particle};

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

#[test]
fn a_value_is_small() {
    assert_eq!(size_of::<Value>(), 24);
}

#[test]
fn digests_are_the_clients() {
    let cases = [
        (Value::Int(1), "b7f4b83889e2da67de683e1df6919a1eacc446c8"),
        (Value::Int(-1), "e9d49a24c3debdc5a6d551d3e7087999a263bb97"),
        (
            Value::string("abc"),
            "5bb7c351d00567dcdabd54658e1f98e5e964b744",
        ),
        (
            Value::blob("xyz"),
            "050a66e99438c29a1ffdac04db2d5a46ad7271be",
        ),
    ];
    for (key, digest) in cases {
        let found = Digest::of(b"demo", &key).unwrap();
        assert_eq!(format!("{found:?}"), digest);
        assert_eq!(Digest::from_slice(&hex(digest)), Some(found));
    }
    assert_eq!(Digest::of(b"demo", &Value::Float(1.0)), None);
    // Transaction 0x39e9ad20b357da21's monitor record, as seen on the wire.
    let monitor = Digest::of(
        b"<ERO~MRT",
        &Value::Int(0x21da_57b3_20ad_e939_u64.swap_bytes() as i64),
    )
    .unwrap();
    assert_eq!(
        format!("{monitor:?}"),
        "dc1ef19b2a3989d1a42c8f0b840f30978b3fd8ae"
    );
    assert_eq!(monitor.partition(), 0x1edc & 0xfff);
}

#[test]
fn particles_are_the_clients() {
    let list = Value::list(vec![
        Value::Int(1),
        Value::list(vec![Value::Int(2)]),
        Map::from_pairs(MapOrder::Unordered, vec![("a".into(), Value::Nil)])
            .unwrap()
            .into(),
    ]);
    let point = r#"{"type": "Point", "coordinates": [1, 2]}"#;
    let cases: Vec<(u8, &str, Value)> = vec![
        (1, "fffffffffffffffb", Value::Int(-5)),
        (2, "3ff8000000000000", Value::Float(1.5)),
        (3, "c3a9", "é".into()),
        (4, "0102", Value::blob([1, 2])),
        (9, "0102", Value::Blob(BlobType::Python, [1, 2].into())),
        (17, "01", Value::Bool(true)),
        (0, "", Value::Nil),
        (20, "9301910281a20361c0", list),
        (
            23,
            "0000007b2274797065223a2022506f696e74222c2022636f6f7264696e61746573223a205b312c20325d7d",
            Value::geo_json(point),
        ),
    ];
    for (kind, bytes, value) in cases {
        assert_eq!(
            particle::decode(kind, &hex(bytes)),
            Ok(value.clone()),
            "{bytes}"
        );
        let mut out = Vec::new();
        particle::write(&mut out, &value);
        assert_eq!(out, hex(bytes));
        assert_eq!(value.particle_type().map(|kind| kind as u8), Some(kind));
    }
    assert_eq!(particle::decode(1, &[0xff]), Ok(Value::Int(255)));
    assert_eq!(particle::decode(1, &[1, 0]), Ok(Value::Int(256)));
    assert_eq!(
        particle::decode(1, &[0x80, 0, 0, 0]),
        Ok(Value::Int(1 << 31))
    );
    assert_eq!(
        particle::decode(23, &hex("00 0001 1122334455667788 7b7d")),
        Ok(Value::geo_json("{}"))
    );
}

#[test]
fn particles_that_are_none() {
    for (kind, bytes) in [
        (1, "000102"),
        (1, ""),
        (2, "00"),
        (17, "02"),
        (17, ""),
        (0, "00"),
        (23, "0000"),
        (23, "0000017b"),
        (20, ""),
        (20, "81a2036101"),
        (19, "90"),
        (20, "9001"),
        (5, ""),
        (6, "00"),
        (21, "90"),
        (255, ""),
    ] {
        let error = particle::decode(kind, &hex(bytes)).unwrap_err();
        assert_eq!(error.result_code(), ResultCode::Parameter, "{kind} {bytes}");
    }
    assert_eq!(
        particle::decode(20, &hex("91 d4ff00")),
        Err(Error::NotStorable)
    );
    assert_eq!(
        particle::decode(19, &hex("81 01 91 d4ff01")),
        Err(Error::NotStorable)
    );
}

#[test]
fn every_width_of_a_number_is_read() {
    let cases = [
        ("7f", 127),
        ("cc7f", 127),
        ("cdffff", 0xffff),
        ("ceffffffff", 0xffff_ffff),
        ("cf00000000000000ff", 255),
        ("cfffffffffffffffff", -1),
        ("e0", -32),
        ("d0ff", -1),
        ("d1ff00", -256),
        ("d280000000", i64::from(i32::MIN)),
        ("d38000000000000000", i64::MIN),
    ];
    for (bytes, value) in cases {
        assert_eq!(decode(&hex(bytes)), Ok(Value::Int(value)), "{bytes}");
    }
    assert_eq!(decode(&hex("ca3fc00000")), Ok(Value::Float(1.5)));
}

#[test]
fn numbers_are_written_as_short_as_possible() {
    let cases = [
        (0, "00"),
        (127, "7f"),
        (128, "cc80"),
        (200, "ccc8"),
        (256, "cd0100"),
        (65536, "ce00010000"),
        (1 << 32, "cf0000000100000000"),
        (-1, "ff"),
        (-32, "e0"),
        (-33, "d0df"),
        (-129, "d1ff7f"),
        (-32769, "d2ffff7fff"),
        (i64::MIN, "d38000000000000000"),
    ];
    for (value, bytes) in cases {
        assert_eq!(encode(&Value::Int(value)), hex(bytes), "{value}");
    }
}

#[test]
fn both_string_families_are_read_and_one_is_written() {
    for bytes in [
        "a3047a7a",
        "c403047a7a",
        "d903047a7a",
        "da0003047a7a",
        "c50003047a7a",
        "c600000003047a7a",
        "db00000003047a7a",
    ] {
        assert_eq!(decode(&hex(bytes)), Ok(Value::blob("zz")), "{bytes}");
    }
    assert_eq!(encode(&Value::blob("zz")), hex("a3047a7a"));
    assert_eq!(decode(&hex("a0")), Err(Error::Size));
    assert_eq!(decode(&hex("a20561")), Err(Error::ParticleType(5)));
    assert_eq!(decode(&hex("a20161")), Err(Error::ParticleType(1)));
}

#[test]
fn flags_come_first_and_a_persisted_index_stays_inside() {
    let list = decode(&hex("93 c70011 01 02")).unwrap();
    let Value::List(inner) = &list else {
        panic!("{list:?}")
    };
    assert!(inner.ordered && inner.persist_index);
    assert_eq!(encode(&list), hex("93 c70001 01 02"));

    let map = decode(&hex("82 c70013 c0 a20361 01")).unwrap();
    let inner = map.as_map().unwrap();
    assert!(inner.persist_index);
    assert_eq!(inner.order, MapOrder::KeyValue);
    assert_eq!(encode(&map), hex("82 c70003 c0 a20361 01"));

    let only_persisted = decode(&hex("82 c70010 c0 01 01")).unwrap();
    assert_eq!(encode(&only_persisted), hex("81 01 01"));
    assert_eq!(
        encode(
            &Map::preserving_order(vec![
                (Value::Int(2), Value::Nil),
                (Value::Int(1), Value::Nil)
            ])
            .into()
        ),
        hex("83 c70008 c0 02c0 01c0")
    );
    assert_eq!(encode(&List::sorted(vec![]).into()), hex("91 c70001"));
}

#[test]
fn maps_are_kept_sorted() {
    let sent = hex("82 a20362 01 a20361 91cb3ff8000000000000");
    let map = decode(&sent).unwrap();
    assert_eq!(
        encode(&map),
        hex("82 a20361 91cb3ff8000000000000 a20362 01")
    );
    assert_eq!(decode(&hex("82 01 01 01 02")), Err(Error::DuplicateKey));
    assert_eq!(
        decode(&hex("83 c70001 c0 02 01 01 02")),
        Err(Error::NotSorted)
    );
    assert_eq!(
        decode(&hex("83 c70001 c0 01 01 01 02")),
        Err(Error::NotSorted)
    );
    assert_eq!(decode(&hex("93 c70001 02 01")), Err(Error::NotSorted));
    assert_eq!(Error::DuplicateKey.result_code(), ResultCode::Unknown);
    assert_eq!(Error::NotSorted.result_code(), ResultCode::Unknown);
    for key in ["c0", "c3", "cb3ff8000000000000", "90", "80", "a3177b7d"] {
        assert_eq!(
            decode(&hex(&format!("81 {key} 01"))),
            Err(Error::MapKey),
            "{key}"
        );
    }
}

#[test]
fn markers_that_are_none() {
    for bytes in [
        "92 01 c70001",
        "91 c70002",
        "82 c70001 01 01 01",
        "82 c70002 c0 01 01",
        "82 c70041 c0 01 01",
        "91 c7010100",
        "91 d4ff02",
        "c1",
        "91 d50500",
    ] {
        assert!(decode(&hex(bytes)).is_err(), "{bytes}");
    }
}

#[test]
fn nesting_has_a_limit() {
    let nested = |levels: usize| [vec![0x91; levels], vec![0xc0]].concat();
    assert!(decode(&nested(MAX_DEPTH)).is_ok());
    assert_eq!(decode(&nested(MAX_DEPTH + 1)), Err(Error::TooDeep));
    assert_eq!(decode(&nested(10_000_000)), Err(Error::TooDeep));
}

#[test]
fn counts_that_lie_are_found_before_memory_is_reserved() {
    assert_eq!(decode(&hex("ddffffffff")), Err(Error::Truncated));
    assert_eq!(decode(&hex("dfffffffff")), Err(Error::Truncated));
    assert_eq!(decode(&hex("df80000000")), Err(Error::Truncated));
    assert_eq!(decode(&hex("dbffffffff61")), Err(Error::Truncated));
    assert_eq!(decode(&hex("c9ffffffff01")), Err(Error::Truncated));
}

#[test]
fn values_are_ordered_by_type_first() {
    let geo = Value::geo_json("{}");
    let ascending = vec![
        Value::Nil,
        Value::Bool(false),
        Value::Bool(true),
        Value::Int(i64::MIN),
        Value::Int(-1),
        Value::Int(300),
        Value::string(""),
        Value::string("a"),
        Value::string("aa"),
        Value::string("b"),
        Value::list(vec![]),
        Value::list(vec![Value::Nil]),
        Value::list(vec![Value::Int(1), Value::Int(9)]),
        Value::list(vec![Value::Int(2)]),
        Value::from(Map::new()),
        Map::from_pairs(MapOrder::Unordered, vec![(Value::Int(5), Value::Nil)])
            .unwrap()
            .into(),
        Map::from_pairs(MapOrder::Key, vec![(Value::Int(5), Value::Int(1))])
            .unwrap()
            .into(),
        Map::from_pairs(
            MapOrder::Unordered,
            vec![(Value::Int(1), Value::Nil), (Value::Int(2), Value::Nil)],
        )
        .unwrap()
        .into(),
        Value::blob([1]),
        Value::Blob(BlobType::Java, [0].into()),
        Value::Hll([0].into()),
        Value::Float(f64::NEG_INFINITY),
        Value::Float(-0.5),
        Value::Float(1e300),
        Value::Float(f64::NAN),
        geo,
        Value::Wildcard,
        Value::Infinity,
    ];
    assert!(ascending.is_sorted_by(|a, b| a < b));
    let mut shuffled = ascending.clone();
    shuffled.reverse();
    shuffled.sort_unstable();
    assert_eq!(shuffled, ascending);
    assert_eq!(Value::Float(0.0), Value::Float(-0.0));
    assert_ne!(Value::Int(1), Value::Float(1.0));
    assert_eq!(
        Value::from(List::sorted(vec![Value::Int(1)])),
        Value::list(vec![Value::Int(1)])
    );
}

#[test]
fn a_wildcard_selects_everything() {
    let pattern = decode(&hex("92 01 d4ff00")).unwrap();
    assert!(matches(
        &Value::list(vec![Value::Int(1), Value::string("x")]),
        &pattern
    ));
    assert!(!matches(
        &Value::list(vec![Value::Int(2), Value::string("x")]),
        &pattern
    ));
    assert!(!matches(&Value::list(vec![Value::Int(1)]), &pattern));
    assert!(matches(&Value::Infinity, &Value::Wildcard));
    assert_eq!(
        compare(&Value::Wildcard, &Value::Nil),
        std::cmp::Ordering::Equal
    );
    assert_ne!(Value::Wildcard, Value::Nil);
    assert_eq!(encode(&pattern), hex("92 01 d4ff00"));
    assert_eq!(encode(&Value::Infinity), hex("d4ff01"));
}

#[test]
fn a_map_finds_and_forgets() {
    let mut map = Map::new();
    for key in [3, 1, 2] {
        assert_eq!(map.insert(Value::Int(key), Value::Int(key * 10)), None);
    }
    assert_eq!(map.insert(Value::Int(2), Value::Nil), Some(Value::Int(20)));
    assert_eq!(map.search(&Value::Int(2)), Ok(1));
    assert_eq!(map.search(&Value::Int(0)), Err(0));
    assert_eq!(map.get(&Value::Int(3)), Some(&Value::Int(30)));
    *map.get_mut(&Value::Int(3)).unwrap() = Value::Bool(true);
    assert_eq!(map.value_at(2), Some(&Value::Bool(true)));
    assert_eq!(map.remove(&Value::Int(1)), Some(Value::Int(10)));
    assert_eq!(map.remove_at(5), None);
    assert_eq!(map.remove_at(0), Some((Value::Int(2), Value::Nil)));
    map.retain(|key, _| *key != Value::Int(3));
    assert!(map.is_empty());
}

#[test]
fn result_codes_are_their_numbers() {
    for code in ResultCode::ALL {
        assert_eq!(ResultCode::from_u8(*code as u8), Some(*code));
    }
    assert_eq!(ResultCode::from_u8(10), None);
    assert_eq!(ResultCode::EnterpriseOnly as u8, 25);
    assert_eq!(ResultCode::IndexMaxCount as u8, 206);
}

#[test]
fn a_key_ordered_map_is_written_piece_by_piece_as_in_one() {
    let pairs = vec![
        (Value::Int(1), Value::string("a")),
        (Value::string("b"), Value::Nil),
    ];
    let mut out = Vec::new();
    write_key_ordered_map_header(&mut out, pairs.len());
    for (key, value) in &pairs {
        write(&mut out, key);
        write(&mut out, value);
    }
    let map = Map::from_sorted(MapOrder::Key, pairs).unwrap();
    assert_eq!(out, encode(&Value::Map(Box::new(map))));
}
