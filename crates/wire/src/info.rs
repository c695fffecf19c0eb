//! Info: lines of text. A request is commands, a reply is for each command the line as received, a tab, and the value.

use crate::Error;

/// The commands of a request's body, each a line without its newline. What follows the last newline is ignored.
pub fn lines(body: &[u8]) -> impl Iterator<Item = &[u8]> {
    body.split_inclusive(|byte| *byte == b'\n')
        .filter_map(|line| line.strip_suffix(b"\n"))
}

/// A command taken apart: `name[/arg…][:k=v[;k=v…]][;]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Command<'a> {
    /// What comes before the first `/`, `:` or `;`.
    pub name: &'a str,
    path: &'a str,
    parameters: &'a str,
}

impl<'a> Command<'a> {
    /// Takes a line apart.
    pub fn parse(line: &'a [u8]) -> Result<Self, Error> {
        let line = std::str::from_utf8(line).map_err(|_| Error::Utf8)?;
        let end = line.find(['/', ':', ';']).unwrap_or(line.len());
        let (name, rest) = line.split_at_checked(end).unwrap_or((line, ""));
        let (path, parameters) = match rest.strip_prefix('/') {
            Some(rest) => rest.split_once([':', ';']).unwrap_or((rest, "")),
            None => ("", rest.get(1..).unwrap_or_default()),
        };
        Ok(Self {
            name,
            path,
            parameters,
        })
    }

    /// The arguments behind slashes.
    pub fn args(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.path.split('/').filter(|arg| !arg.is_empty())
    }

    /// The parameters: names and values. One without `=` has an empty value.
    pub fn parameters(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let parts = self.parameters.split(';').filter(|part| !part.is_empty());
        parts.map(|part| part.split_once('=').unwrap_or((part, "")))
    }

    /// The value of the first parameter with one of these names.
    #[must_use]
    pub fn parameter(&self, names: &[&str]) -> Option<&'a str> {
        self.parameters()
            .find(|(name, _)| names.contains(name))
            .map(|(_, value)| value)
    }
}

/// The lines of a reply's body: each command and its value.
pub fn answers(body: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    lines(body).map(|line| {
        let tab = line
            .iter()
            .position(|byte| *byte == b'\t')
            .unwrap_or(line.len());
        let (command, value) = line.split_at_checked(tab).unwrap_or((line, &[]));
        (command, value.get(1..).unwrap_or_default())
    })
}
