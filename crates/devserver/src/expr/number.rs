//! Arithmetic and bits of integers.
//!
//! Integers wrap, as the server's do; dividing one by zero yields nothing. Doubles follow IEEE 754.

use wire::{ResultCode, Value};

use super::kind::Kind;

/// A number, or the boolean a bit scan looks for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Number {
    Int(i64),
    Float(f64),
}

impl Number {
    pub(super) const fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Int(value) => Some(Self::Int(*value)),
            Value::Float(value) => Some(Self::Float(*value)),
            Value::Bool(value) => Some(Self::Int(*value as i64)),
            _ => None,
        }
    }
}

impl From<Number> for Value {
    fn from(number: Number) -> Self {
        match number {
            Number::Int(value) => Self::Int(value),
            Number::Float(value) => Self::Float(value),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Add,
    Sub,
    Mul,
    Div,
    Pow,
    Log,
    Mod,
    Abs,
    Floor,
    Ceil,
    ToInt,
    ToFloat,
    And,
    Or,
    Xor,
    Not,
    LeftShift,
    RightShift,
    ArithmeticRightShift,
    Count,
    LeftScan,
    RightScan,
    Min,
    Max,
}

impl Operator {
    pub(super) const fn from_code(code: i64) -> Option<Self> {
        Some(match code {
            20 => Self::Add,
            21 => Self::Sub,
            22 => Self::Mul,
            23 => Self::Div,
            24 => Self::Pow,
            25 => Self::Log,
            26 => Self::Mod,
            27 => Self::Abs,
            28 => Self::Floor,
            29 => Self::Ceil,
            30 => Self::ToInt,
            31 => Self::ToFloat,
            32 => Self::And,
            33 => Self::Or,
            34 => Self::Xor,
            35 => Self::Not,
            36 => Self::LeftShift,
            37 => Self::RightShift,
            38 => Self::ArithmeticRightShift,
            39 => Self::Count,
            40 => Self::LeftScan,
            41 => Self::RightScan,
            50 => Self::Min,
            51 => Self::Max,
            _ => return None,
        })
    }

    /// The type of the result; an error if the number or the types of the arguments do not fit.
    pub(super) fn check(self, arguments: &[Kind]) -> Result<Kind, ResultCode> {
        use Kind::{Any, Bool, Float, Int};
        let fixed = |parameters: &[Kind], result| {
            if arguments.len() != parameters.len() {
                return Err(ResultCode::Parameter);
            }
            let mut pairs = arguments.iter().zip(parameters);
            pairs.try_for_each(|(argument, parameter)| argument.expect(*parameter))?;
            Ok(result)
        };
        // At least one argument, all of one type, and that type among these.
        let alike = |allowed: &[Kind]| {
            let (first, rest) = arguments.split_first().ok_or(ResultCode::Parameter)?;
            let kind = rest
                .iter()
                .try_fold(*first, |kind, next| kind.unify(*next))?;
            if allowed.contains(&kind) || kind == Any {
                Ok(kind)
            } else {
                Err(ResultCode::Parameter)
            }
        };
        match self {
            Self::Add | Self::Sub | Self::Mul | Self::Div | Self::Min | Self::Max => {
                alike(&[Int, Float])
            }
            Self::And | Self::Or | Self::Xor => alike(&[Int]),
            Self::Abs if arguments.len() == 1 => alike(&[Int, Float]),
            Self::Abs => Err(ResultCode::Parameter),
            Self::Pow | Self::Log => fixed(&[Float, Float], Float),
            Self::Floor | Self::Ceil => fixed(&[Float], Float),
            Self::ToInt => fixed(&[Float], Int),
            Self::ToFloat => fixed(&[Int], Float),
            Self::Not | Self::Count => fixed(&[Int], Int),
            Self::Mod | Self::LeftShift | Self::RightShift | Self::ArithmeticRightShift => {
                fixed(&[Int, Int], Int)
            }
            Self::LeftScan | Self::RightScan => fixed(&[Int, Bool], Int),
        }
    }

    /// The result for a single argument.
    pub(super) fn of_one(self, number: Number) -> Option<Number> {
        use Number::{Float, Int};
        Some(match (self, number) {
            (Self::Sub, Int(a)) => Int(a.wrapping_neg()),
            (Self::Sub, Float(a)) => Float(-a),
            (Self::Div, Int(_)) => return self.of_two(Int(1), number),
            (Self::Div, Float(_)) => return self.of_two(Float(1.0), number),
            (Self::Abs, Int(a)) => Int(a.wrapping_abs()),
            (Self::Abs, Float(a)) => Float(a.abs()),
            (Self::Floor, Float(a)) => Float(a.floor()),
            (Self::Ceil, Float(a)) => Float(a.ceil()),
            (Self::ToInt, Float(a)) => Int(a as i64),
            #[expect(
                clippy::cast_precision_loss,
                reason = "the nearest double is what is asked for"
            )]
            (Self::ToFloat, Int(a)) => Float(a as f64),
            (Self::Not, Int(a)) => Int(!a),
            (Self::Count, Int(a)) => Int(i64::from(a.count_ones())),
            // The sum, product, minimum … of one number is that number.
            _ => number,
        })
    }

    /// The result for two arguments, or for what came before and the next of more.
    pub(super) fn of_two(self, a: Number, b: Number) -> Option<Number> {
        match (a, b) {
            (Number::Int(a), Number::Int(b)) => self.of_ints(a, b).map(Number::Int),
            (Number::Float(a), Number::Float(b)) => self.of_floats(a, b).map(Number::Float),
            _ => None,
        }
    }

    fn of_ints(self, a: i64, b: i64) -> Option<i64> {
        Some(match self {
            Self::Add => a.wrapping_add(b),
            Self::Sub => a.wrapping_sub(b),
            Self::Mul => a.wrapping_mul(b),
            Self::Div if b != 0 => a.wrapping_div(b),
            Self::Mod if b != 0 => a.wrapping_rem(b),
            Self::And => a & b,
            Self::Or => a | b,
            Self::Xor => a ^ b,
            // Only the lowest six bits of the distance count, as in the machine's instruction.
            Self::LeftShift => a.wrapping_shl(b as u32),
            Self::RightShift => (a as u64).wrapping_shr(b as u32) as i64,
            Self::ArithmeticRightShift => a.wrapping_shr(b as u32),
            Self::LeftScan => found(flipped(a, b).leading_zeros()).map_or(-1, i64::from),
            Self::RightScan => {
                found(flipped(a, b).trailing_zeros()).map_or(-1, |at| 63 - i64::from(at))
            }
            Self::Min => a.min(b),
            Self::Max => a.max(b),
            _ => return None,
        })
    }

    fn of_floats(self, a: f64, b: f64) -> Option<f64> {
        Some(match self {
            Self::Add => a + b,
            Self::Sub => a - b,
            Self::Mul => a * b,
            Self::Div => a / b,
            Self::Pow => a.powf(b),
            Self::Log => a.ln() / b.ln(),
            Self::Min => a.min(b),
            Self::Max => a.max(b),
            _ => return None,
        })
    }
}

/// The bits as a scan for ones sees them: as they are if it looks for ones, else flipped.
const fn flipped(bits: i64, ones: i64) -> i64 {
    if ones == 0 { !bits } else { bits }
}

/// Where the bit is; a count over all 64 bits has not found any.
const fn found(at: u32) -> Option<u32> {
    if at < 64 { Some(at) } else { None }
}
