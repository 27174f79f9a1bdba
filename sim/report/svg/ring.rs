//! Geometry in whole numbers: places on an ellipse, and where a line between two boxes begins and ends.

/// Half of a box.
pub const HALF: (i64, i64) = (60, 21);

/// A thousand times the sine of so many degrees: Bhaskara's approximation, off by 2 at most.
fn sine(degrees: i64) -> i64 {
    let degrees = degrees.rem_euclid(360);
    let (x, sign) = if degrees >= 180 {
        (degrees - 180, -1)
    } else {
        (degrees, 1)
    };
    let product = x * (180 - x);
    sign * 4000 * product / (40_500 - product)
}

/// Place `index` of `count` on an ellipse, clockwise from the top.
pub fn on_ellipse(index: usize, count: usize, centre: (i64, i64), radii: (i64, i64)) -> (i64, i64) {
    let degrees = 270 + 360 * index as i64 / count.max(1) as i64;
    let x = centre.0 + radii.0 * sine(degrees + 90) / 1000;
    let y = centre.1 + radii.1 * sine(degrees) / 1000;
    (x, y)
}

/// The part of the line between the centres of two boxes that is outside of both.
pub fn between(from: (i64, i64), to: (i64, i64)) -> ((i64, i64), (i64, i64)) {
    (border(from, to), border(to, from))
}

/// Where the line from the centre of a box to another point leaves the box.
fn border(from: (i64, i64), to: (i64, i64)) -> (i64, i64) {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let (half_x, half_y) = (HALF.0 + 2, HALF.1 + 2);
    if dx == 0 && dy == 0 {
        return from;
    }
    // Left through a side or through top or bottom: whichever comes first.
    if dx.abs() * half_y >= dy.abs() * half_x {
        (
            from.0 + half_x * dx.signum(),
            from.1 + dy * half_x / dx.abs(),
        )
    } else {
        (
            from.0 + dx * half_y / dy.abs(),
            from.1 + half_y * dy.signum(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sine_is_close() {
        for (degrees, exact) in [
            (0, 0),
            (30, 500),
            (45, 707),
            (90, 1000),
            (180, 0),
            (270, -1000),
        ] {
            assert!((sine(degrees) - exact).abs() <= 2, "{degrees}");
        }
    }

    #[test]
    fn a_ring_of_four() {
        let at = |index| on_ellipse(index, 4, (100, 100), (50, 20));
        assert_eq!(
            [at(0), at(1), at(2), at(3)],
            [(100, 80), (150, 100), (100, 120), (50, 100)]
        );
    }

    #[test]
    fn lines_end_at_the_boxes() {
        assert_eq!(between((0, 0), (300, 0)), ((62, 0), (238, 0)));
        assert_eq!(between((0, 0), (0, -300)), ((0, -23), (0, -277)));
        assert_eq!(between((5, 5), (5, 5)), ((5, 5), (5, 5)));
    }
}
