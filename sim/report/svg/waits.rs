//! The wait-for graph: threads and what they wait for, who holds it. A cycle is drawn as a ring, everything
//! else in layers above it.
//!
//! A red arrow: waits for. A black one: is held by. A dashed one: could be given by.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use sim_abi::Tid;
use sim_abi::moment::{WaitGraph, WaitNode, Waiting};

use super::canvas::{Canvas, shortened};
use super::ring::{HALF, between, on_ellipse};

/// As wide as a phone, if that is enough.
const NARROW: i64 = 348;
const WIDE: i64 = 760;
/// Boxes beside each other.
const ROW: usize = 5;
const ROW_HEIGHT: i64 = 76;
/// More nodes on a ring overlap.
const RING_MAX: usize = 14;
/// More threads make no picture that anybody reads.
const THREADS_MAX: usize = 40;
/// So many who could end a wait get arrows; more are counted.
const ENDERS_MAX: usize = 2;

/// What stands in a box.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Node {
    Thread(Tid),
    Object(String),
}

/// Draws the graph.
pub fn waits(graph: &WaitGraph) -> String {
    let mut picture = Picture {
        graph,
        threads: graph.threads.iter().take(THREADS_MAX).collect(),
        places: BTreeMap::new(),
        width: WIDE,
    };
    let height = picture.place();
    let mut canvas = Canvas::new();
    picture.arrows(&mut canvas);
    picture.boxes(&mut canvas);
    let height = picture.legend(&mut canvas, height);
    let about = format!(
        "Wait-for graph before tick {}: {}",
        graph.tick,
        picture.words()
    );
    canvas.finish(picture.width, height, &about)
}

struct Picture<'a> {
    graph: &'a WaitGraph,
    threads: Vec<&'a WaitNode>,
    places: BTreeMap<Node, (i64, i64)>,
    width: i64,
}

impl Picture<'_> {
    fn thread(&self, tid: Tid) -> Option<&WaitNode> {
        self.threads.iter().copied().find(|t| t.tid == tid)
    }

    /// The one thread that could end this thread's wait.
    fn next(&self, node: &WaitNode) -> Option<Tid> {
        match node.waits.as_ref()?.enders.as_slice() {
            [one] => Some(*one),
            _ => None,
        }
    }

    /// Threads that wait for each other in a circle; empty if there are none.
    fn cycle(&self) -> Vec<Tid> {
        for start in &self.threads {
            let mut path = Vec::from([start.tid]);
            let mut at = *start;
            while let Some(node) = self.next(at).and_then(|tid| self.thread(tid)) {
                if let Some(begin) = path.iter().position(|tid| *tid == node.tid) {
                    return path.split_off(begin);
                }
                path.push(node.tid);
                at = node;
            }
        }
        Vec::new()
    }

    /// The ring's nodes: each thread and, unless that is a thread, what it waits for.
    fn ring(&self) -> Vec<Node> {
        let mut nodes = Vec::new();
        for tid in self.cycle() {
            nodes.push(Node::Thread(tid));
            let waits = self.thread(tid).and_then(|t| t.waits.as_ref());
            nodes.extend(waits.and_then(object));
        }
        if nodes.len() > RING_MAX {
            nodes.clear();
        }
        nodes
    }

    /// Gives every node its place. How far down the picture goes.
    fn place(&mut self) -> i64 {
        let ring = self.ring();
        let outside = |node: &Node| !ring.contains(node);
        let mut layers = [Vec::new(), Vec::new(), Vec::new()];
        for thread in &self.threads {
            let joins = thread.waits.as_ref().is_some_and(|w| w.end_of.is_some());
            let node = Node::Thread(thread.tid);
            if outside(&node) {
                layers[usize::from(!joins)].push(node);
            }
            let objects = thread.waits.as_ref().and_then(object);
            for object in objects.into_iter().filter(outside) {
                if !layers[2].contains(&object) {
                    layers[2].push(object);
                }
            }
        }
        if ring.len() <= 6 && layers.iter().all(|layer| layer.len() <= 2) {
            self.width = NARROW;
        }
        let mut y = 16;
        for row in layers.iter().flat_map(|layer| layer.chunks(ROW)) {
            for (index, node) in row.iter().enumerate() {
                let step = self.width / row.len() as i64;
                let x = step / 2 + step * index as i64;
                self.places.insert(node.clone(), (x, y + HALF.1));
            }
            y += ROW_HEIGHT;
        }
        if ring.is_empty() {
            return y;
        }
        let count = ring.len();
        let across = match count {
            _ if self.width == NARROW => NARROW / 2 - HALF.0 - 6,
            0..=8 => 220,
            _ => 300,
        };
        let radii = (across, (36 + 17 * count as i64).min(210));
        let centre = (self.width / 2, y + HALF.1 + radii.1);
        for (index, node) in ring.into_iter().enumerate() {
            self.places
                .insert(node, on_ellipse(index, count, centre, radii));
        }
        y + 2 * radii.1 + 2 * HALF.1 + 20
    }

    fn arrows(&self, canvas: &mut Canvas) {
        for thread in &self.threads {
            let me = Node::Thread(thread.tid);
            for hold in &thread.holds {
                let object = Node::Object(hold.object.clone());
                self.arrow(canvas, &object, &me, Arrow::Held);
            }
            let Some(waits) = thread.waits.as_ref().filter(|w| !w.timed) else {
                continue;
            };
            match (waits.end_of, object(waits)) {
                (Some(other), _) => self.arrow(canvas, &me, &Node::Thread(other), Arrow::Waits),
                (None, Some(what)) => {
                    self.arrow(canvas, &me, &what, Arrow::Waits);
                    let others = waits.enders.iter().filter(|tid| !self.holds(**tid, waits));
                    if waits.enders.len() <= ENDERS_MAX {
                        for tid in others {
                            self.arrow(canvas, &what, &Node::Thread(*tid), Arrow::Could);
                        }
                    }
                }
                (None, None) => {}
            }
        }
    }

    fn holds(&self, tid: Tid, waits: &Waiting) -> bool {
        let thread = self.thread(tid);
        thread.is_some_and(|t| t.holds.iter().any(|h| h.object == waits.object))
    }

    fn arrow(&self, canvas: &mut Canvas, from: &Node, to: &Node, arrow: Arrow) {
        let (Some(from), Some(to)) = (self.places.get(from), self.places.get(to)) else {
            return;
        };
        let ((x1, y1), (x2, y2)) = between(*from, *to);
        let (style, marker) = arrow.style();
        canvas.raw(&format!(
            "<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" style=\"{style}\" marker-end=\"url(#{marker})\"/>\n"
        ));
    }

    fn boxes(&self, canvas: &mut Canvas) {
        for (node, (x, y)) in &self.places {
            let at = (x - HALF.0, y - HALF.1);
            let (style, name, second) = match node {
                Node::Thread(tid) => self.thread_box(*tid),
                Node::Object(name) => self.object_box(name),
            };
            canvas.rect(at, (2 * HALF.0, 2 * HALF.1), &style, &name);
            canvas.text(*x, y - 2, "b mid", &shortened(&name, 17));
            canvas.text(*x, y + 14, "f s mid", &short_place(&second, 20));
        }
    }

    fn thread_box(&self, tid: Tid) -> (String, String, String) {
        let waits = self.thread(tid).and_then(|t| t.waits.as_ref());
        let (edge, second) = match waits {
            Some(w) if w.timed => ("var(--line)", format!("waits for {}", w.object)),
            Some(w) => ("var(--bad)", w.place.clone()),
            None => ("var(--good)", "can run".to_string()),
        };
        let style = format!("fill:var(--c0);stroke:{edge};stroke-width:2");
        (style, self.short(tid), second)
    }

    fn object_box(&self, name: &str) -> (String, String, String) {
        let style = "fill:var(--paper);stroke:var(--ink);rx:20px".to_string();
        let held = self.threads.iter().flat_map(|t| &t.holds);
        let second = match held.clone().find(|h| h.object == name) {
            Some(hold) => hold.place.clone(),
            None => self.giver(name),
        };
        (style, name.to_string(), second)
    }

    /// Who could give what nobody holds.
    fn giver(&self, name: &str) -> String {
        let waits = self.threads.iter().filter_map(|t| t.waits.as_ref());
        let enders = waits.filter(|w| w.object == name).map(|w| w.enders.len());
        match enders.max() {
            Some(0) | None => "nobody can give it".to_string(),
            Some(n) if n <= ENDERS_MAX => String::new(),
            Some(n) => format!("any of {n} threads"),
        }
    }

    /// Without the process, if there is only one.
    fn short(&self, tid: Tid) -> String {
        let Some(thread) = self.thread(tid) else {
            return format!("thread {tid}");
        };
        let process = |t: &WaitNode| t.name.split('/').next().unwrap_or("").to_string();
        let mine = process(thread);
        match self.threads.iter().all(|t| process(t) == mine) {
            true => thread.name.rsplit('/').next().unwrap_or("").to_string(),
            false => thread.name.clone(),
        }
    }

    fn legend(&self, canvas: &mut Canvas, top: i64) -> i64 {
        let (mut x, mut y) = (8, top + 8);
        for (arrow, words, wide) in [
            (Arrow::Waits, "waits for", 108),
            (Arrow::Held, "is held by", 112),
            (Arrow::Could, "could come from", 140),
        ] {
            if !self.occurs(arrow) {
                continue;
            }
            let (style, marker) = arrow.style();
            canvas.raw(&format!(
                "<line x1=\"{x}\" y1=\"{y}\" x2=\"{}\" y2=\"{y}\" style=\"{style}\" marker-end=\"url(#{marker})\"/>\n",
                x + 34
            ));
            canvas.text(x + 42, y + 4, "f s", words);
            x += wide;
        }
        let when = format!("before tick {}", self.graph.tick);
        if x > self.width - 110 {
            y += 20;
            canvas.text(8, y + 4, "f s", &when);
        } else {
            canvas.text(self.width - 8, y + 4, "f s end", &when);
        }
        y + 18
    }

    /// Is there an arrow of this kind?
    fn occurs(&self, arrow: Arrow) -> bool {
        let mut waits = self.threads.iter().filter_map(|t| t.waits.as_ref());
        match arrow {
            Arrow::Waits => waits.any(|w| !w.timed),
            Arrow::Held => self.threads.iter().any(|t| !t.holds.is_empty()),
            Arrow::Could => waits.any(|w| {
                let few = (1..=ENDERS_MAX).contains(&w.enders.len());
                let other = |tid: &Tid| !self.holds(*tid, w);
                object(w).is_some() && few && w.enders.iter().any(other)
            }),
        }
    }

    fn words(&self) -> String {
        let waiting = self.threads.iter().filter_map(|t| {
            let waits = t.waits.as_ref()?;
            Some(format!("{} waits for {}", self.short(t.tid), waits.object))
        });
        waiting.collect::<Vec<_>>().join(", ")
    }
}

/// At most so many characters; the number of a line is not cut off.
fn short_place(text: &str, max: usize) -> String {
    match text.rsplit_once(':') {
        Some((file, line)) if text.chars().count() > max => {
            let room = max.saturating_sub(line.chars().count() + 1);
            format!("{}:{line}", shortened(file, room))
        }
        _ => shortened(text, max),
    }
}

/// What a thread waits for, unless that is the end of a thread or a time.
fn object(waits: &Waiting) -> Option<Node> {
    (waits.end_of.is_none() && !waits.timed).then(|| Node::Object(waits.object.clone()))
}

#[derive(Clone, Copy)]
enum Arrow {
    Waits,
    Held,
    Could,
}

impl Arrow {
    fn style(self) -> (&'static str, &'static str) {
        match self {
            Arrow::Waits => ("stroke:var(--bad);stroke-width:2", "sim-arrow-bad"),
            Arrow::Held => ("stroke:var(--ink);stroke-width:1.5", "sim-arrow"),
            Arrow::Could => (
                "stroke:var(--ink);stroke-width:1.5;stroke-dasharray:5 4",
                "sim-arrow",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_kept_where_files_are_cut() {
        assert_eq!(short_place("deadlock.c:14", 20), "deadlock.c:14");
        assert_eq!(
            short_place("repair-three-locks.c:17", 20),
            "repair-three-loc…:17"
        );
        assert_eq!(
            short_place("nobody can give it now", 20),
            "nobody can give it …"
        );
    }
}
