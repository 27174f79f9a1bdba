//! What threads and processes are called, learnt from events: also of those that have ended.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;

use sim_abi::{Event, EventKind, Object, Pid, Tid};
use sim_kernel::World;

/// Names of threads and processes, also of those that have ended.
#[derive(Clone, Debug, Default)]
pub struct Names {
    threads: BTreeMap<Tid, ThreadName>,
    processes: BTreeMap<Pid, Arc<str>>,
    /// How often something got another name.
    changes: u64,
}

/// Its process's name, its own, and both.
#[derive(Clone, Debug)]
struct ThreadName {
    process: Arc<str>,
    thread: Arc<str>,
    both: Arc<str>,
}

impl Names {
    /// `bank/t1`
    pub fn thread(&self, tid: Tid) -> String {
        self.shared(tid).to_string()
    }

    /// The same, for those who keep it often.
    pub fn shared(&self, tid: Tid) -> Arc<str> {
        match self.threads.get(&tid) {
            Some(name) => name.both.clone(),
            None => format!("thread {tid}").into(),
        }
    }

    /// `bank`
    pub fn process(&self, pid: Pid) -> String {
        match self.processes.get(&pid) {
            Some(name) => name.to_string(),
            None => format!("process {pid}"),
        }
    }

    /// What a thread calls an object.
    pub fn object(&self, world: &World, tid: Tid, object: Object) -> String {
        match object {
            Object::Thread(child) => self.thread(child),
            Object::Process(pid) => self.process(pid),
            _ => world.object_name(tid, object),
        }
    }

    /// As long as this is the same, every thread and process has the name that it had, and runs the program
    /// that it ran.
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// Learns the names in an event.
    pub fn event(&mut self, world: &World, event: &Event) {
        self.learn(world, event.thread, event.process);
        match event.kind {
            EventKind::ThreadCreated { child } => {
                if let Some(thread) = world.thread(child) {
                    self.learn(world, child, thread.pid);
                }
            }
            EventKind::Executes => self.changes += 1,
            _ => {}
        }
    }

    fn learn(&mut self, world: &World, tid: Tid, pid: Pid) {
        let (Some(thread), Some(process)) = (world.thread(tid), world.process(pid)) else {
            return;
        };
        match self.threads.get(&tid) {
            Some(known)
                if Arc::ptr_eq(&known.process, &process.name)
                    && Arc::ptr_eq(&known.thread, &thread.name) => {}
            _ => {
                let name = ThreadName {
                    process: process.name.clone(),
                    thread: thread.name.clone(),
                    both: format!("{}/{}", process.name, thread.name).into(),
                };
                self.changes += 1;
                self.threads.insert(tid, name);
                self.processes.insert(pid, process.name.clone());
            }
        }
    }
}
