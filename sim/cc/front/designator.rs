//! Designators (C17 §6.7.9): `[i]`, gcc's `[a ... b]`, `.name`, several in a row; gcc's old `[i] value` and `name: value`.
//!
//! What follows without a designator goes on behind the designated object, inside the aggregate that holds it.

use super::checker::{Checker, Parse};
use super::errors;
use super::initializer::{BYTES_MAX, ITEMS_MAX, Item, Items, Target};
use super::token::{Kind, Location, Token};
use alloc::vec::Vec;

/// `[a ... b]`
struct Range {
    /// How many elements after the first.
    times: u32,
    /// Bytes of an element.
    size: u32,
}

impl Checker<'_> {
    /// `[i]`, `[a ... b]`, `.name` (several in a row), `=` and an initialiser. The result is the
    /// index after the designated child of `target`.
    pub fn designated(&mut self, target: Target, items: &mut Items) -> Parse<u32> {
        let mut current = target;
        let mut path: Vec<(Target, u32)> = Vec::new();
        // From the outermost to the innermost.
        let mut ranges: Vec<Range> = Vec::new();
        // From the first object of all ranges so far to the last.
        let mut shift = 0u32;
        let mut old_style = false;
        // Before C99 gcc had `[2] 5` and `member: 5`.
        let mut last_was_member;
        loop {
            let token = self.peek();
            last_was_member = token.kind != Kind::LeftBracket;
            current = match token.kind {
                Kind::LeftBracket => {
                    self.advance();
                    let Some((low, high)) = self.array_designator(current, token.at)? else {
                        return self.skip_designated();
                    };
                    let (Some((of, _)), Some(child)) =
                        (self.types.element(current.ty.id), self.child(current, low))
                    else {
                        return self.skip_designated();
                    };
                    path.push((current.moved(shift), high.saturating_add(1)));
                    if high > low {
                        let size = self.types.size(of.id).unwrap_or(0);
                        let times = high - low;
                        shift = shift.saturating_add(times.saturating_mul(size));
                        ranges.push(Range { times, size });
                    }
                    child
                }
                _ => {
                    old_style = token.kind != Kind::Dot;
                    if !old_style {
                        self.advance();
                    }
                    let name = self.peek();
                    if !name.is_identifier() {
                        return self.unexpected("a member's name");
                    }
                    self.advance();
                    let known = path.len();
                    let Some(found) = self.member_designator(current, name, &mut path) else {
                        return self.skip_designated();
                    };
                    for (aggregate, _) in &mut path[known..] {
                        *aggregate = aggregate.moved(shift);
                    }
                    found
                }
            };
            if old_style || !matches!(self.kind(), Kind::LeftBracket | Kind::Dot) {
                break;
            }
        }
        if old_style {
            self.expect(Kind::Colon)?;
        } else if self.kind() == Kind::Equal {
            self.advance();
        } else if last_was_member && self.kind() != Kind::LeftBrace {
            return self.unexpected("`=` after the designator");
        }
        let whole = self.kind() == Kind::LeftBrace || self.string_here(current.ty);
        if let (Some((inner, outer)), true) = (ranges.split_last(), whole) {
            let all = inner.size.saturating_mul(inner.times.saturating_add(1));
            for start in starts(current.offset, outer) {
                self.replace(start, all, items);
            }
        }
        let from = items.items.len();
        self.element(current, None, items)?;
        if !ranges.is_empty() {
            let size = self.types.size(current.ty.id).unwrap_or(0);
            let last = current.moved(shift).moved(size).offset;
            self.repeat(items, from, &ranges, last);
        }
        let Some((&(_, next), inner)) = path.split_first() else {
            return Ok(0);
        };
        for &(aggregate, next) in inner.iter().rev() {
            self.following(aggregate, next, items)?;
        }
        Ok(next)
    }

    fn skip_designated(&mut self) -> Parse<u32> {
        while !matches!(
            self.kind(),
            Kind::Comma | Kind::RightBrace | Kind::Semicolon | Kind::Eof
        ) {
            self.skip_one();
        }
        Ok(u32::MAX)
    }

    fn array_designator(&mut self, target: Target, at: Location) -> Parse<Option<(u32, u32)>> {
        let low = self.integer_constant("an array designator")?;
        let mut high = low;
        if self.accept(Kind::Ellipsis) {
            high = self.integer_constant("an array designator")?;
        }
        self.expect(Kind::RightBracket)?;
        let Some((_, length)) = self.types.element(target.ty.id) else {
            let name = self.type_name(target.ty);
            self.say(at, |span| errors::designator_not_array(span, &name));
            return Ok(None);
        };
        let (Some((low, _)), Some((high, _))) = (low, high) else {
            return Ok(None);
        };
        let most = i64::from(length.unwrap_or(i32::MAX as u32));
        if low < 0 || high < low || high >= most {
            self.say(at, errors::designator_range);
            return Ok(None);
        }
        Ok(Some((low as u32, high as u32)))
    }

    /// The member; the aggregates on the way to it, anonymous ones too, go to `path` with the index after it.
    fn member_designator(
        &mut self,
        target: Target,
        name: Token,
        path: &mut Vec<(Target, u32)>,
    ) -> Option<Target> {
        if self.types.record_of(target.ty.id).is_none() {
            let text = self.type_name(target.ty);
            self.say(name.at, |span| errors::designator_not_struct(span, &text));
            return None;
        }
        if self.types.find_member(target.ty.id, name.text).is_none() {
            self.no_such_member(target.ty.id, name);
            return None;
        }
        let mut current = target;
        loop {
            let record = &self.types.records[self.types.record_of(current.ty.id)?];
            let index = record.members.iter().position(|m| {
                m.name == Some(name.text)
                    || m.name.is_none() && self.types.find_member(m.ty.id, name.text).is_some()
            })?;
            let member = &record.members[index];
            path.push((current, index as u32 + 1));
            current = Target {
                ty: member.ty,
                offset: current.offset + member.offset,
                bits: member.bits,
            };
            if member.name.is_some() {
                return Some(current);
            }
        }
    }

    /// `[a ... b]`: the items of the first element again for the others, which end at `end`.
    fn repeat(&mut self, items: &mut Items, from: usize, ranges: &[Range], end: u32) {
        let copies = ranges.iter().fold(1usize, |copies, range| {
            copies.saturating_mul(range.times as usize + 1)
        });
        let total = (items.items.len() - from).saturating_mul(copies);
        if total > ITEMS_MAX || end > BYTES_MAX {
            if let Some(item) = items.items.get(from) {
                self.say(item.at, errors::initializer_too_large);
            }
            return;
        }
        for range in ranges.iter().rev() {
            let pattern: Vec<Item> = items.items[from..].to_vec();
            for step in 1..=range.times {
                for item in &pattern {
                    items.items.push(Item {
                        offset: item.offset + step * range.size,
                        ..item.clone()
                    });
                }
            }
        }
        items.end = items.end.max(end);
    }
}

/// Where the first objects of a range are that lies within others.
fn starts(offset: u32, outer: &[Range]) -> Vec<u32> {
    let mut starts = alloc::vec![offset];
    for range in outer {
        if starts.len().saturating_mul(range.times as usize) > ITEMS_MAX {
            break;
        }
        let moved = |start: u32| (0..=range.times).map(move |n| start + n * range.size);
        starts = starts.into_iter().flat_map(moved).collect();
    }
    starts
}
