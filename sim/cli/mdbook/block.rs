//! What a block of a page says: fenced code with the language `sim`, TOML inside.

use std::collections::BTreeMap;

use sim_abi::Verdict;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::Failure;

/// Fenced code in a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fence<'a> {
    /// The line of the opening fence, from 1.
    pub line: usize,
    /// Where the opening fence begins, in bytes.
    pub start: usize,
    /// Where the line of the closing fence ends.
    pub end: usize,
    /// The words behind the opening fence.
    pub info: &'a str,
    /// What is between.
    pub content: &'a str,
}

impl Fence<'_> {
    /// Is it for us?
    pub fn is_sim(&self) -> bool {
        self.info == "sim"
    }
}

/// All fenced code of a page; what stands inside of other fences is code, not a block.
pub fn fences(text: &str) -> Vec<Fence<'_>> {
    let mut found = Vec::new();
    // The open fence: its mark, its line, where it begins, where its content does.
    let mut open: Option<(&str, usize, usize, usize, &str)> = None;
    let mut at = 0;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let (start, next) = (at, at + line.len());
        at = next;
        let Some((mark, info)) = mark(line) else {
            continue;
        };
        match open {
            None => open = Some((mark, index + 1, start, next, info)),
            Some((opening, line, from, content, words)) => {
                let closes = info.is_empty() && mark.starts_with(opening);
                if closes {
                    found.push(Fence {
                        line,
                        start: from,
                        end: next,
                        info: words,
                        content: &text[content..start],
                    });
                    open = None;
                }
            }
        }
    }
    found
}

/// The fence and the words behind it, if the line is one.
fn mark(line: &str) -> Option<(&str, &str)> {
    let text = line.trim_end();
    let inner = text.trim_start_matches(' ');
    if text.len() - inner.len() > 3 {
        return None;
    }
    let first = inner.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let length = inner.len() - inner.trim_start_matches(first).len();
    (length >= 3).then(|| (&inner[..length], inner[length..].trim()))
}

/// Why a block cannot be shown.
#[derive(Debug)]
pub struct Wrong {
    /// The line in the block, from 0; `None`: the block as a whole.
    pub line: Option<usize>,
    /// What is wrong.
    pub text: String,
}

impl Wrong {
    /// The whole block is.
    pub fn block(text: impl Into<String>) -> Wrong {
        Wrong {
            line: None,
            text: text.into(),
        }
    }
}

impl From<Failure> for Wrong {
    fn from(failure: Failure) -> Wrong {
        Wrong::block(failure.text)
    }
}

/// What a block is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// A run.
    Run,
    /// A check: every interleaving.
    Check,
    /// C source.
    Source,
    /// The instructions of a function.
    Disassembly,
    /// The scenario file.
    Scenario,
}

const ABOUT: [(&str, About); 5] = [
    ("run", About::Run),
    ("check", About::Check),
    ("source", About::Source),
    ("disassembly", About::Disassembly),
    ("scenario", About::Scenario),
];

/// Keys of every block.
const ALL: [&str; 3] = ["words", "absent", "caption"];

fn keys(about: About) -> &'static [&'static str] {
    match about {
        About::Run => &[
            "show", "expect", "cores", "quantum", "seed", "level", "define", "args", "from",
            "before", "to", "ticks", "lines", "threads", "at", "process",
        ],
        About::Check => &["strategy", "expect", "define"],
        About::Source => &["function", "lines", "from", "to", "mark"],
        About::Disassembly => &["function", "mark"],
        About::Scenario => &[],
    }
}

/// What a key may hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Held {
    /// A number.
    Number(u64),
    /// One text or several.
    Texts(Vec<String>),
}

/// A block that has been read: its keys are known, nothing has been run.
#[derive(Clone, Debug)]
pub struct Block {
    /// What it is about.
    pub about: About,
    /// The file.
    pub file: String,
    /// The other keys.
    values: BTreeMap<String, (usize, Held)>,
}

/// Reads what is between the fences.
pub fn read(content: &str) -> Result<Block, Wrong> {
    let line_of = |at: usize| content[..at.min(content.len())].matches('\n').count();
    let table = DeTable::parse(content).map_err(|error| Wrong {
        line: error.span().map(|span| line_of(span.start)),
        text: error.message().to_string(),
    })?;
    let mut values = BTreeMap::new();
    for (key, value) in table.get_ref() {
        let line = line_of(key.span().start);
        let held = held(value).ok_or_else(|| Wrong {
            line: Some(line),
            text: format!(
                "`{}` holds a number, a text or a list of texts",
                key.get_ref()
            ),
        })?;
        values.insert(key.get_ref().to_string(), (line, held));
    }
    let mut subjects = ABOUT.iter().filter(|(key, _)| values.contains_key(*key));
    let (Some((key, about)), None) = (subjects.next(), subjects.next()) else {
        let names = ABOUT.map(|(key, _)| key).join(", ");
        return Err(Wrong::block(format!(
            "a block has exactly one of these keys: {names}"
        )));
    };
    let (line, subject) = values.remove(*key).expect("the key was found");
    let Held::Texts(files) = subject else {
        return Err(Wrong {
            line: Some(line),
            text: format!("`{key}` names a file"),
        });
    };
    let [file] = files.as_slice() else {
        return Err(Wrong {
            line: Some(line),
            text: format!("`{key}` names one file"),
        });
    };
    for (name, (line, _)) in &values {
        if !keys(*about).contains(&name.as_str()) && !ALL.contains(&name.as_str()) {
            let allowed = keys(*about).iter().chain(&ALL).copied().collect::<Vec<_>>();
            let text = format!(
                "there is no key `{name}` beside `{key}`: {}",
                allowed.join(", ")
            );
            return Err(Wrong {
                line: Some(*line),
                text,
            });
        }
    }
    Ok(Block {
        about: *about,
        file: file.clone(),
        values,
    })
}

fn held(value: &Spanned<DeValue>) -> Option<Held> {
    let text = |value: &Spanned<DeValue>| value.get_ref().as_str().map(String::from);
    match value.get_ref() {
        DeValue::Integer(number) => u64::from_str_radix(number.as_str(), number.radix())
            .ok()
            .map(Held::Number),
        DeValue::String(text) => Some(Held::Texts(vec![text.to_string()])),
        DeValue::Array(items) => items
            .iter()
            .map(text)
            .collect::<Option<_>>()
            .map(Held::Texts),
        _ => None,
    }
}

impl Block {
    /// A complaint about a key.
    pub fn wrong(&self, key: &str, text: impl Into<String>) -> Wrong {
        Wrong {
            line: self.values.get(key).map(|(line, _)| *line),
            text: text.into(),
        }
    }

    /// A number, if the key is there.
    pub fn number(&self, key: &str) -> Result<Option<u64>, Wrong> {
        match self.values.get(key) {
            None => Ok(None),
            Some((_, Held::Number(number))) => Ok(Some(*number)),
            Some((_, Held::Texts(_))) => Err(self.wrong(key, format!("`{key}` is a number"))),
        }
    }

    /// Texts; none if the key is not there.
    pub fn texts(&self, key: &str) -> Result<&[String], Wrong> {
        match self.values.get(key) {
            None => Ok(&[]),
            Some((_, Held::Texts(texts))) => Ok(texts),
            Some((_, Held::Number(_))) => Err(self.wrong(key, format!("`{key}` is a text"))),
        }
    }

    /// One text, if the key is there.
    pub fn text(&self, key: &str) -> Result<Option<&str>, Wrong> {
        match self.texts(key)? {
            [] => Ok(None),
            [one] => Ok(Some(one)),
            _ => Err(self.wrong(key, format!("`{key}` is one text"))),
        }
    }

    /// A number or a text, as text.
    pub fn either(&self, key: &str) -> Result<Option<String>, Wrong> {
        match self.values.get(key) {
            Some((_, Held::Number(number))) => Ok(Some(number.to_string())),
            _ => Ok(self.text(key)?.map(String::from)),
        }
    }

    /// The verdict that is expected, if the block says so.
    pub fn expect(&self) -> Result<Option<Verdict>, Wrong> {
        let Some(name) = self.text("expect")? else {
            return Ok(None);
        };
        match Verdict::from_name(name) {
            Some(verdict) => Ok(Some(verdict)),
            None => Err(self.wrong("expect", format!("there is no verdict `{name}`"))),
        }
    }

    /// The block as JSON, for pages that run it again.
    pub fn json(&self) -> String {
        let mut object = serde_json::Map::new();
        for (name, about) in ABOUT {
            if about == self.about {
                object.insert(name.into(), self.file.as_str().into());
            }
        }
        for (key, (_, held)) in &self.values {
            let value = match held {
                Held::Number(number) => (*number).into(),
                Held::Texts(texts) => texts.as_slice().into(),
            };
            object.insert(key.clone(), value);
        }
        serde_json::Value::Object(object).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fences_inside_of_fences_are_code() {
        let page = "a\n```sim\nrun = \"x\"\n```\n````markdown\n```sim\n```\n````\n~~~\nb\n~~~\n";
        let found = fences(page);
        let info: Vec<(usize, &str)> = found.iter().map(|f| (f.line, f.info)).collect();
        assert_eq!(info, [(2, "sim"), (5, "markdown"), (9, "")]);
        assert_eq!(found[0].content, "run = \"x\"\n");
        assert_eq!(
            &page[found[0].start..found[0].end],
            "```sim\nrun = \"x\"\n```\n"
        );
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let wrong = |text: &str| {
            let wrong = read(text).expect_err("it is wrong");
            (wrong.line, wrong.text)
        };
        assert_eq!(wrong("run = \"a\"\nsohw = 1\n").0, Some(1));
        assert_eq!(wrong("run = \"a\"\nshow = 1.5\n").0, Some(1));
        assert_eq!(wrong("run = 3\n").0, Some(0));
        assert_eq!(wrong("run = \"a\"\nwords = [\n").0, Some(1));
        assert!(wrong("show = \"trace\"").1.contains("exactly one"));
        assert!(
            wrong("run = \"a\"\nsource = \"b\"")
                .1
                .contains("exactly one")
        );
    }

    #[test]
    fn keys_are_kept() {
        let block = read("run = \"a.toml\"\ncores = 2\nwords = [\"x\", \"y\"]\n").expect("right");
        assert_eq!((block.about, block.file.as_str()), (About::Run, "a.toml"));
        assert_eq!(block.number("cores").expect("a number"), Some(2));
        assert_eq!(block.texts("words").expect("texts"), ["x", "y"]);
        assert_eq!(
            block.json(),
            r#"{"cores":2,"run":"a.toml","words":["x","y"]}"#
        );
    }
}
