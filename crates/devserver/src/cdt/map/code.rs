//! The numbers of map operations.

use crate::cdt::pick::By;

pub(super) const SET_TYPE: u8 = 64;
pub(super) const ADD: u8 = 65;
pub(super) const ADD_ITEMS: u8 = 66;
pub(super) const PUT: u8 = 67;
pub(super) const PUT_ITEMS: u8 = 68;
pub(super) const REPLACE: u8 = 69;
pub(super) const REPLACE_ITEMS: u8 = 70;
pub(super) const INCREMENT: u8 = 73;
pub(super) const DECREMENT: u8 = 74;
pub(super) const CLEAR: u8 = 75;
pub(super) const SIZE: u8 = 96;

pub(super) const fn remove_by(code: u8) -> Option<By> {
    Some(match code {
        76 => By::Key,
        77 => By::Index,
        78 => By::Value,
        79 => By::Rank,
        81 => By::KeyList,
        82 => By::AllValue,
        83 => By::ValueList,
        84 => By::KeyInterval,
        85 => By::IndexRange,
        86 => By::ValueInterval,
        87 => By::RankRange,
        88 => By::KeyRelative,
        89 => By::ValueRelative,
        _ => return None,
    })
}

pub(super) const fn get_by(code: u8) -> Option<By> {
    Some(match code {
        97 => By::Key,
        98 => By::Index,
        99 => By::Value,
        100 => By::Rank,
        102 => By::AllValue,
        103 => By::KeyInterval,
        104 => By::IndexRange,
        105 => By::ValueInterval,
        106 => By::RankRange,
        107 => By::KeyList,
        108 => By::ValueList,
        109 => By::KeyRelative,
        110 => By::ValueRelative,
        _ => return None,
    })
}
