//! Each rule by hand, each mistake beside its correct twin.

use super::*;
use crate::samples::{access, event, read, write};
use sim_abi::event::ExitStatus;

/// One block: 16 bytes at 0x20000, allocated at pc 1 by thread 1.
const BLOCK: u32 = 0x2_0000;

fn allocate(block: u32, size: u32, zeroed: bool) -> Event {
    event(
        1,
        1,
        EventKind::HeapAllocated {
            block,
            size,
            zeroed,
        },
    )
}

fn free(block: u32, size: u32) -> Event {
    event(2, 2, EventKind::HeapFreed { block, size })
}

fn heap() -> Heap {
    let mut heap = Heap::new();
    assert_eq!(heap.event(&allocate(BLOCK, 16, false)), None);
    heap
}

/// The errors of these accesses, with what is left at the end.
fn run(heap: &mut Heap, accesses: &[MemoryAccess]) -> Vec<HeapErrorKind> {
    let mut errors: Vec<HeapError> = accesses.iter().filter_map(|a| heap.access(a)).collect();
    errors.extend(heap.finish());
    errors.into_iter().map(|error| error.kind).collect()
}

fn behind(distance: u32) -> HeapErrorKind {
    HeapErrorKind::OutOfBounds {
        distance,
        after: true,
    }
}

#[test]
fn h1_use_after_free_names_both_places_until_the_memory_is_handed_out_again() {
    let mut heap = heap();
    heap.event(&free(BLOCK, 16));
    let error = heap.access(&write(1, 10, BLOCK + 4)).expect("freed");
    assert_eq!(error.kind, HeapErrorKind::UseAfterFree);
    assert_eq!(error.address, BLOCK + 4);
    let block = error.block.expect("its block");
    assert_eq!(
        (block.allocated.pc, block.freed.map(|p| p.pc)),
        (1, Some(2))
    );
    heap.event(&allocate(BLOCK, 8, false));
    assert!(run(&mut heap, &[write(1, 11, BLOCK + 4)]).is_empty());
    // What was the old block's second half is now beyond the new one.
    assert_eq!(run(&mut heap, &[write(1, 12, BLOCK + 8)]), [behind(0)]);
}

/// 16 bytes at 0x20000: the byte behind them, 7 bytes behind, the one before; the last byte is fine.
#[test]
fn h2_out_of_bounds_names_the_distance() {
    let mut heap = heap();
    assert!(run(&mut heap, &[access(1, 5, BLOCK + 15, 1, true)]).is_empty());
    assert_eq!(
        run(&mut heap, &[access(1, 10, BLOCK + 16, 1, true)]),
        [behind(0)]
    );
    assert_eq!(
        run(&mut heap, &[access(1, 11, BLOCK + 23, 1, false)]),
        [behind(7)]
    );
    let before = HeapErrorKind::OutOfBounds {
        distance: 0,
        after: false,
    };
    assert_eq!(
        run(&mut heap, &[access(1, 12, BLOCK - 1, 1, false)]),
        [before]
    );
    // A word that begins inside: its third byte is the first wrong one.
    let error = heap
        .access(&write(1, 13, BLOCK + 14))
        .expect("half outside");
    assert_eq!((error.kind, error.address), (behind(0), BLOCK + 16));
    // Far away: not the heap's.
    assert!(
        run(
            &mut heap,
            &[read(1, 14, 0x8000_0000), read(1, 15, 0x1_0000)]
        )
        .is_empty()
    );
}

#[test]
fn h2_reaches_to_the_end_that_brk_gave() {
    let mut heap = heap();
    let far = read(1, 10, BLOCK + 1000);
    assert!(run(&mut heap, &[far]).is_empty());
    heap.event(&event(
        1,
        9,
        EventKind::SystemCall {
            call: Some(Call::Brk),
            arguments: [0; 6],
            result: BLOCK + 4096,
        },
    ));
    assert_eq!(run(&mut heap, &[far]), [behind(984)]);
}

#[test]
fn h3_a_read_of_bytes_never_written() {
    assert_eq!(
        run(&mut heap(), &[read(1, 10, BLOCK)]),
        [HeapErrorKind::Uninitialised]
    );
    assert!(run(&mut heap(), &[write(1, 9, BLOCK), read(1, 10, BLOCK)]).is_empty());
    // Two of four bytes: the word may hold a member and padding.
    let half = access(1, 9, BLOCK, 2, true);
    assert!(run(&mut heap(), &[half, read(1, 10, BLOCK)]).is_empty());
    let mut zeroed = Heap::new();
    zeroed.event(&allocate(BLOCK, 16, true));
    assert!(run(&mut zeroed, &[read(1, 10, BLOCK)]).is_empty());
}

/// The read is reported at its own place, when the thread does something else: even a system call.
#[test]
fn h3_is_told_when_the_thread_goes_on() {
    let mut heap = heap();
    assert_eq!(heap.access(&read(1, 10, BLOCK)), None);
    assert_eq!(
        heap.access(&write(2, 14, BLOCK + 8)),
        None,
        "another thread"
    );
    let status = ExitStatus::Exited(0);
    let end = |thread| event(thread, 50, EventKind::ProcessExits { status });
    let mut ended_by_another = heap.clone();
    let error = heap.event(&end(1)).expect("used");
    assert_eq!((error.access.pc, error.access.thread.0), (10, 1));
    assert_eq!(ended_by_another.event(&end(2)), None, "it never goes on");
}

/// A struct with padding is copied word by word to another block: no error; the copy of the padding is
/// uninitialised as well, and using it is an error at the place where it was read first.
#[test]
fn h3_copying_is_no_use() {
    let other = BLOCK + 64;
    let mut heap = heap();
    heap.event(&allocate(other, 16, false));
    assert!(run(&mut heap, &[read(1, 10, BLOCK), write(1, 14, other)]).is_empty());
    assert_eq!(
        run(&mut heap, &[read(1, 40, other)]),
        [HeapErrorKind::Uninitialised]
    );
    // To the stack: followed too, until it is overwritten.
    let stack = 0xefff_0000;
    let copy = [read(1, 10, BLOCK + 4), write(1, 14, stack)];
    assert!(copy.iter().all(|a| heap.access(a).is_none()));
    let mut twin = heap.clone();
    assert_eq!(
        run(&mut heap, &[read(1, 60, stack)]),
        [HeapErrorKind::Uninitialised]
    );
    assert!(run(&mut twin, &[write(1, 50, stack), read(1, 60, stack)]).is_empty());
}

/// A bit-field is set: load, change, store to the same word. From then on the word counts as written.
#[test]
fn h3_changing_a_part_is_no_use() {
    let store = MemoryAccess {
        value: 5,
        ..write(1, 18, BLOCK)
    };
    assert!(
        run(
            &mut heap(),
            &[read(1, 10, BLOCK), store, read(1, 60, BLOCK)]
        )
        .is_empty()
    );
}

#[test]
fn h4_what_the_kernel_says_of_free() {
    let mut heap = heap();
    heap.event(&free(BLOCK, 16));
    let misuse = Misuse::FreeTwice(BLOCK);
    let error = heap
        .event(&event(1, 9, EventKind::Misuses { misuse }))
        .expect("twice");
    assert_eq!(error.kind, HeapErrorKind::FreeTwice);
    assert_eq!(
        error.block.and_then(|block| block.freed).map(|p| p.pc),
        Some(2)
    );
    let misuse = Misuse::FreeInvalid(BLOCK + 400);
    let error = heap
        .event(&event(1, 9, EventKind::Misuses { misuse }))
        .expect("no block");
    assert_eq!(
        (error.kind, error.block),
        (HeapErrorKind::FreeInvalid, None)
    );
}

#[test]
fn once_for_each_place() {
    let mut heap = heap();
    let wrong = read(1, 10, BLOCK + 16);
    assert_eq!(run(&mut heap, &[wrong, wrong, wrong]).len(), 1);
    assert_eq!(heap.count(), 3);
}

#[test]
fn the_library_s_own_accesses_are_not_checked() {
    let internal = MemoryAccess {
        internal: true,
        ..write(1, 10, BLOCK - 16)
    };
    assert!(run(&mut heap(), &[internal]).is_empty());
}

#[test]
fn leaks_are_what_is_live_of_who_allocated_it() {
    let mut heap = heap();
    heap.event(&allocate(BLOCK + 64, 8, false));
    heap.fork(Pid(1), Pid(2));
    heap.event(&free(BLOCK, 16));
    let starts = |pid| {
        heap.leaks(Pid(pid))
            .iter()
            .map(|b| b.start)
            .collect::<Vec<_>>()
    };
    assert_eq!(starts(1), [BLOCK + 64]);
    // The parent allocated them: they are its to free.
    assert!(starts(2).is_empty());
    assert_eq!(
        heap.block_at(Pid(2), BLOCK + 15).map(|b| b.start),
        Some(BLOCK)
    );
    assert_eq!(heap.block_at(Pid(2), BLOCK + 16), None);
    // The child still has the block.
    let child = MemoryAccess {
        process: Pid(2),
        ..write(9, 10, BLOCK)
    };
    assert_eq!(heap.access(&child), None);
}

proptest::proptest! {
    #![proptest_config(crate::samples::cases(256))]
    /// No input panics, and what lies wholly in live, written bytes is never an error.
    #[test]
    fn no_panic_and_no_false_alarm(steps in proptest::collection::vec(
        (0u8..4, 0u32..64, 0u32..24, proptest::bool::ANY), 0..60,
    )) {
        let mut heap = Heap::new();
        let mut live: std::collections::BTreeMap<u32, u32> = Default::default();
        for (pc, (what, at, size, flag)) in steps.into_iter().enumerate() {
            let address = BLOCK + at;
            match what {
                0 if live.iter().all(|(&s, &n)| address + size <= s || s + n <= address) => {
                    heap.event(&allocate(address, size, true));
                    if size > 0 {
                        live.insert(address, size);
                    }
                }
                1 => {
                    if let Some(size) = live.remove(&address) {
                        heap.event(&free(address, size));
                    }
                }
                _ => {
                    let size = 1 << (size % 3);
                    let fine = live.iter().any(|(&s, &n)| s <= address && address + size <= s + n);
                    let a = access(1, 100 + pc as u32, address, size, flag);
                    let error = heap.access(&a);
                    let partly = live.iter().any(|(&s, &n)| s < address + size && address < s + n);
                    if fine {
                        proptest::prop_assert_eq!(error, None);
                    } else if partly && !live.is_empty() {
                        // Adjacent blocks may cover it together; then there is nothing wrong.
                        let covered = (address..address + size)
                            .all(|b| live.iter().any(|(&s, &n)| b.wrapping_sub(s) < n));
                        proptest::prop_assert_eq!(error.is_some(), !covered);
                    }
                }
            }
        }
    }
}
