//! Functions from both sides: entry, calls, returns, system calls (rules: `convention.rs`).

use super::memory::Address;
use super::{Generator, Home, Value};
use crate::back::code::{Call, CallTarget, Imm, Kind, SlotId, SymbolRef, V};
use crate::back::convention::{Class, Seat, Seats, class};
use crate::tree::{Callee, Expr, ExprKind, LocalId, Ty};
use alloc::boxed::Box;
use alloc::vec::Vec;
use sim_abi::{Op, Reg};

/// One argument on its way.
struct Argument<'e> {
    words: [V; 2],
    seats: Vec<Seat>,
    /// Where it was evaluated.
    mark: usize,
    /// Constants are put in place last, when everything else has been evaluated.
    later: Option<&'e Expr>,
}

impl Generator<'_> {
    /// Receives the parameters.
    pub(super) fn enter(&mut self) {
        let function = self.function;
        let mut seats = Seats::default();
        let mut arriving = Vec::new();
        if class(function.ret) == Class::Reference {
            let pointer = self.fresh();
            self.result_pointer = Some(pointer);
            for seat in seats.take(1, false) {
                arriving.push((seat, pointer));
            }
        }
        let mut in_frame = Vec::new();
        for &param in &function.params {
            self.parameter(param, &mut seats, &mut arriving, &mut in_frame);
        }
        if function.variadic {
            self.save_variadic(&seats, &mut arriving, &mut in_frame);
        }
        let registers: Vec<(Reg, V)> = arriving
            .iter()
            .filter_map(|&(seat, v)| match seat {
                Seat::Register(reg) => Some((reg, v)),
                Seat::Stack(_) => None,
            })
            .collect();
        self.push(Kind::Enter(registers.into_boxed_slice()));
        for (seat, v) in arriving {
            if let Seat::Stack(offset) = seat {
                self.plain(Op::Lw, v, V::SP, V::ZERO, Imm::Incoming(offset as i32));
            }
        }
        for (op, v, imm) in in_frame {
            self.plain(op, V::ZERO, V::SP, v, imm);
        }
    }

    fn parameter(
        &mut self,
        param: LocalId,
        seats: &mut Seats,
        arriving: &mut Vec<(Seat, V)>,
        in_frame: &mut Vec<(Op, V, Imm)>,
    ) {
        let index = param.0 as usize;
        let Some(local) = self.function.locals.get(index) else {
            return;
        };
        let Class::Words(words) = class(local.ty) else {
            let pointer = self.fresh();
            self.homes[index] = Home::Reference(pointer);
            arriving.extend(seats.take(1, false).into_iter().map(|seat| (seat, pointer)));
            return;
        };
        let taken = seats.take(words, false);
        match self.homes[index] {
            Home::One(v) | Home::Reference(v) => {
                arriving.extend(taken.into_iter().map(|seat| (seat, v)));
            }
            Home::Two(low, high) => arriving.extend(taken.into_iter().zip([low, high])),
            Home::Slot(slot) => {
                let op = match local.ty {
                    Ty::Scalar(s) if s.size() == 1 => Op::Sb,
                    Ty::Scalar(s) if s.size() == 2 => Op::Sh,
                    _ => {
                        self.whole_words(slot, words);
                        Op::Sw
                    }
                };
                for (n, seat) in taken.into_iter().enumerate() {
                    let v = self.fresh();
                    arriving.push((seat, v));
                    in_frame.push((op, v, Imm::Slot(slot, n as i32 * 4)));
                }
            }
        }
    }

    /// Makes a frame object big enough to be written in whole words.
    fn whole_words(&mut self, slot: SlotId, words: u32) {
        if let Some(slot) = self.code.slots.get_mut(slot.0 as usize) {
            slot.size = slot.size.max(words * 4);
            slot.align = slot.align.max(4);
        }
    }

    /// The registers after the named parameters are stored in front of the stack's arguments, so
    /// that all variadic arguments lie in a row.
    fn save_variadic(
        &mut self,
        seats: &Seats,
        arriving: &mut Vec<(Seat, V)>,
        in_frame: &mut Vec<(Op, V, Imm)>,
    ) {
        let bytes = seats.free_registers() * 4;
        self.code.variadic_save = bytes;
        self.variadic_start = if bytes > 0 {
            -(bytes as i32)
        } else {
            seats.stack() as i32
        };
        let mut rest = seats.clone();
        let mut offset = self.variadic_start;
        while let Some(reg) = rest.next_register() {
            rest.take(1, false);
            let v = self.fresh();
            arriving.push((Seat::Register(reg), v));
            in_frame.push((Op::Sw, v, Imm::Incoming(offset)));
            offset += 4;
        }
    }

    #[inline(never)]
    pub(super) fn call(&mut self, e: &Expr) -> Value {
        let ExprKind::Call {
            callee,
            args,
            variadic,
            result,
        } = &e.kind
        else {
            return Value::None;
        };
        let mark = self.mark();
        let pointer = match callee {
            Callee::Symbol(_) => V::ZERO,
            Callee::Pointer(pointer) => self.word(pointer),
        };
        let pointer_mark = self.mark().max(mark);
        let mut seats = Seats::default();
        let by_reference = class(e.ty) == Class::Reference;
        let result_seat = by_reference.then(|| seats.take(1, false));
        let named = variadic.unwrap_or(args.len());
        let mut arguments: Vec<Argument> = Vec::with_capacity(args.len() + 1);
        for (n, arg) in args.iter().enumerate() {
            let argument = self.argument(arg, n >= named, &mut seats);
            arguments.push(argument);
        }
        for argument in arguments.iter_mut().rev() {
            let words = argument.words;
            argument.words = words.map(|v| self.since(v, argument.mark));
        }
        let pointer = self.since(pointer, pointer_mark);
        self.place = e.place;
        for argument in &mut arguments {
            if let Some(expr) = argument.later {
                let value = self.expr(expr);
                let (low, high) = Self::pair(value);
                argument.words = [low, high];
            }
        }
        if let (Some(seats), Some(home)) = (result_seat, self.result_address(*result)) {
            let address = self.address_register(home);
            arguments.push(Argument {
                words: [address, V::ZERO],
                seats,
                mark: 0,
                later: None,
            });
        }
        self.place = e.place;
        let target = match callee {
            Callee::Symbol(symbol) => CallTarget::Symbol(SymbolRef::Unit(*symbol)),
            Callee::Pointer(_) => CallTarget::Register(pointer),
        };
        let moves = self.seat(&arguments, seats.stack());
        self.finish_call(target, moves, e.ty, *result)
    }

    /// Where a result in memory goes.
    fn result_address(&self, result: Option<LocalId>) -> Option<Address> {
        match self.homes.get(result?.0 as usize) {
            Some(Home::Slot(slot)) => Some(Address::Memory(V::SP, Imm::Slot(*slot, 0))),
            Some(Home::Reference(pointer)) => Some(Address::Memory(*pointer, Imm::Value(0))),
            _ => None,
        }
    }

    /// Evaluates one argument.
    #[inline(never)]
    fn argument<'e>(&mut self, arg: &'e Expr, variadic: bool, seats: &mut Seats) -> Argument<'e> {
        let aggregate = matches!(arg.ty, Ty::Aggregate { .. });
        let class = match class(arg.ty) {
            Class::Words(_) if variadic && aggregate => Class::Reference,
            class => class,
        };
        let mut later = None;
        let words = match (class, arg.ty) {
            (Class::Reference, Ty::Aggregate { size, align }) => {
                [self.copy_for_callee(arg, size, align), V::ZERO]
            }
            (_, Ty::Aggregate { size, align }) => {
                let address = self.word(arg);
                self.aggregate_words(address, size, align)
            }
            _ if super::expressions::pure(arg) => {
                later = Some(arg);
                [V::ZERO; 2]
            }
            _ => {
                let value = self.expr(arg);
                let (low, high) = Self::pair(value);
                [low, high]
            }
        };
        let count = match class {
            Class::Words(words) => words,
            Class::Reference => 1,
        };
        Argument {
            words,
            seats: seats.take(count, variadic && count == 2),
            mark: self.mark(),
            later,
        }
    }

    /// The address of a copy that the callee may change. A call's result is nobody else's already.
    fn copy_for_callee(&mut self, arg: &Expr, size: u32, align: u32) -> V {
        let from = self.address(arg, size);
        if matches!(arg.kind, ExprKind::Call { .. }) {
            return self.address_register(from);
        }
        let to = self.nameless(size, align.max(4));
        self.copy_bytes(to, from, size, align);
        self.address_register(to)
    }

    /// Stores the stack's arguments; gives the moves for the registers'.
    fn seat(&mut self, arguments: &[Argument], stack: u32) -> Vec<(V, Reg)> {
        self.code.outgoing = self.code.outgoing.max(stack);
        let mut moves = Vec::new();
        for argument in arguments {
            for (seat, v) in argument.seats.iter().zip(argument.words) {
                match *seat {
                    Seat::Register(reg) => moves.push((v, reg)),
                    Seat::Stack(offset) => {
                        let imm = Imm::Value(offset as i32);
                        self.plain(Op::Sw, V::ZERO, V::SP, v, imm);
                    }
                }
            }
        }
        moves
    }

    fn finish_call(
        &mut self,
        target: CallTarget,
        arguments: Vec<(V, Reg)>,
        ty: Ty,
        result: Option<LocalId>,
    ) -> Value {
        self.code.saves_return = true;
        let words = match class(ty) {
            Class::Words(words) => words,
            Class::Reference => 0,
        };
        let value = match words {
            0 => Value::None,
            1 => Value::One(self.fresh()),
            _ => Value::Two(self.fresh(), self.fresh()),
        };
        let (low, high) = Self::pair(value);
        let results: Vec<(Reg, V)> = [(Reg::A0, low), (Reg::A1, high)]
            .into_iter()
            .take(words as usize)
            .collect();
        self.push(Kind::Call(Box::new(Call {
            target,
            arguments,
            results,
        })));
        let (Ty::Aggregate { .. }, Some(home)) = (ty, self.result_address(result)) else {
            return value;
        };
        // What comes in registers needs no more alignment than the stack's.
        if let Address::Memory(V::SP, Imm::Slot(slot, _)) = home {
            self.whole_words(slot, words);
            for (n, v) in [low, high].into_iter().take(words as usize).enumerate() {
                let imm = Imm::Slot(slot, n as i32 * 4);
                self.plain(Op::Sw, V::ZERO, V::SP, v, imm);
            }
        }
        Value::One(self.address_register(home))
    }

    /// A call of a runtime routine: all words in registers.
    pub(super) fn call_words(&mut self, symbol: SymbolRef, args: &[Value], words: u32) -> Value {
        let mut seats = Seats::default();
        let mut moves = Vec::new();
        for &value in args {
            let (low, high) = Self::pair(value);
            let count = if matches!(value, Value::Two(..)) {
                2
            } else {
                1
            };
            for (seat, v) in seats.take(count, false).into_iter().zip([low, high]) {
                if let Seat::Register(reg) = seat {
                    moves.push((v, reg));
                }
            }
        }
        let ty = Ty::Scalar(if words == 2 {
            crate::tree::Scalar::U64
        } else {
            crate::tree::Scalar::U32
        });
        self.finish_call(CallTarget::Symbol(symbol), moves, ty, None)
    }

    /// `ecall`: the number in `a7`, arguments in `a0` to `a5`, the result in `a0`.
    #[inline(never)]
    pub(super) fn syscall(&mut self, args: &[Expr], e: &Expr) -> Value {
        let mut words: Vec<(V, usize)> = Vec::new();
        for arg in args {
            let v = if super::expressions::pure(arg) {
                V::ZERO
            } else {
                self.word(arg)
            };
            words.push((v, self.mark()));
        }
        for (v, mark) in words.iter_mut().rev() {
            *v = self.since(*v, *mark);
        }
        for (arg, (v, _)) in args.iter().zip(&mut words) {
            if super::expressions::pure(arg) {
                *v = self.word(arg);
            }
        }
        self.place = e.place;
        let registers = [
            Reg::A7,
            Reg::A0,
            Reg(11),
            Reg(12),
            Reg(13),
            Reg(14),
            Reg(15),
        ];
        let arguments = words.iter().map(|(v, _)| *v).zip(registers).collect();
        let result = self.fresh();
        self.push(Kind::Call(Box::new(Call {
            target: CallTarget::Kernel,
            arguments,
            results: alloc::vec![(Reg::A0, result)],
        })));
        Value::One(result)
    }

    /// `return`.
    #[inline(never)]
    pub(super) fn return_value(&mut self, value: Option<&Expr>) {
        let words = match (value, self.function.ret) {
            (None, _) => Vec::new(),
            (Some(e), Ty::Aggregate { size, align }) => self.return_aggregate(e, size, align),
            (Some(e), Ty::Void) => {
                self.effect(e);
                Vec::new()
            }
            (Some(e), Ty::Scalar(_)) => match self.expr(e) {
                Value::None => Vec::new(),
                Value::One(v) => alloc::vec![(v, Reg::A0)],
                Value::Two(low, high) => alloc::vec![(low, Reg::A0), (high, Reg::A1)],
            },
        };
        self.push(Kind::Return(words.into_boxed_slice()));
    }

    fn return_aggregate(&mut self, e: &Expr, size: u32, align: u32) -> Vec<(V, Reg)> {
        if let Some(pointer) = self.result_pointer {
            let from = self.address(e, size);
            self.copy_bytes(Address::Memory(pointer, Imm::Value(0)), from, size, align);
            return alloc::vec![(pointer, Reg::A0)];
        }
        let address = self.word(e);
        let [low, high] = self.aggregate_words(address, size, align);
        match size {
            0 => Vec::new(),
            1..=4 => alloc::vec![(low, Reg::A0)],
            _ => alloc::vec![(low, Reg::A0), (high, Reg::A1)],
        }
    }

    /// The closing brace: `main` returns 0 (C11 5.1.2.2.3), others nothing in particular.
    pub(super) fn fall_off_the_end(&mut self) {
        self.place = self.function.end;
        self.statement = true;
        let symbol = self.unit.symbols.get(self.function.symbol.0 as usize);
        let is_main = symbol.is_some_and(|s| s.external && s.name == "main");
        let returns = matches!(self.function.ret, Ty::Scalar(_));
        let words = if is_main && returns {
            alloc::vec![(V::ZERO, Reg::A0)]
        } else {
            Vec::new()
        };
        self.push(Kind::Return(words.into_boxed_slice()));
    }
}
