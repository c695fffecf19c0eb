//! The numbers of list operations.

use crate::cdt::pick::By;

pub(super) const SET_TYPE: u8 = 0;
pub(super) const APPEND: u8 = 1;
pub(super) const APPEND_ITEMS: u8 = 2;
pub(super) const INSERT: u8 = 3;
pub(super) const INSERT_ITEMS: u8 = 4;
pub(super) const POP: u8 = 5;
pub(super) const POP_RANGE: u8 = 6;
pub(super) const REMOVE: u8 = 7;
pub(super) const REMOVE_RANGE: u8 = 8;
pub(super) const SET: u8 = 9;
pub(super) const TRIM: u8 = 10;
pub(super) const CLEAR: u8 = 11;
pub(super) const INCREMENT: u8 = 12;
pub(super) const SORT: u8 = 13;
pub(super) const SIZE: u8 = 16;
pub(super) const GET: u8 = 17;
pub(super) const GET_RANGE: u8 = 18;

const GET_BY_FIRST: u8 = 19;
const REMOVE_BY_FIRST: u8 = 32;

/// What the operations from [`GET_BY_FIRST`] and from [`REMOVE_BY_FIRST`] on select by.
const BY: [By; 9] = [
    By::Index,
    By::Value,
    By::Rank,
    By::AllValue,
    By::ValueList,
    By::IndexRange,
    By::ValueInterval,
    By::RankRange,
    By::ValueRelative,
];

pub(super) fn get_by(code: u8) -> Option<By> {
    by(code, GET_BY_FIRST)
}

pub(super) fn remove_by(code: u8) -> Option<By> {
    by(code, REMOVE_BY_FIRST)
}

fn by(code: u8, first: u8) -> Option<By> {
    let index = code.checked_sub(first)?;
    BY.get(usize::from(index)).copied()
}
