//! Upright rectangles on a page.

/// A part of a page; lengths in points, heights from the bottom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::pdf) struct Area {
    pub(in crate::pdf) left: f32,
    pub(in crate::pdf) right: f32,
    pub(in crate::pdf) bottom: f32,
    pub(in crate::pdf) top: f32,
}

impl Area {
    /// What nothing lies in, and any union begins with.
    pub(super) const NOTHING: Self = Self {
        left: f32::MAX,
        right: f32::MIN,
        bottom: f32::MAX,
        top: f32::MIN,
    };

    /// The least area that holds these points.
    pub(super) fn around(points: &[(f32, f32)]) -> Self {
        let with = |area: Self, point: &(f32, f32)| area.with_point(*point);
        points.iter().fold(Self::NOTHING, with)
    }

    pub(super) fn width(&self) -> f32 {
        self.right - self.left
    }

    pub(super) fn height(&self) -> f32 {
        self.top - self.bottom
    }

    /// Of its sides the longer and the shorter.
    pub(super) fn sides(&self) -> (f32, f32) {
        let (width, height) = (self.width(), self.height());
        (width.max(height), width.min(height))
    }

    /// The least area that holds both.
    pub(in crate::pdf) fn with(&self, other: &Self) -> Self {
        Self {
            left: self.left.min(other.left),
            right: self.right.max(other.right),
            bottom: self.bottom.min(other.bottom),
            top: self.top.max(other.top),
        }
    }

    /// The least area that holds this and a point.
    pub(super) fn with_point(&self, (x, y): (f32, f32)) -> Self {
        self.with(&Self {
            left: x,
            right: x,
            bottom: y,
            top: y,
        })
    }

    /// What both hold; `None` if they lie apart.
    pub(in crate::pdf) fn common(&self, other: &Self) -> Option<Self> {
        let common = Self {
            left: self.left.max(other.left),
            right: self.right.min(other.right),
            bottom: self.bottom.max(other.bottom),
            top: self.top.min(other.top),
        };
        (common.left <= common.right && common.bottom <= common.top).then_some(common)
    }

    /// Larger by so much on each side.
    pub(super) fn grown(&self, by: f32) -> Self {
        Self {
            left: self.left - by,
            right: self.right + by,
            bottom: self.bottom - by,
            top: self.top + by,
        }
    }

    /// Whether less than `gap` parts them.
    pub(super) fn meets(&self, other: &Self, gap: f32) -> bool {
        self.grown(gap).common(other).is_some()
    }

    /// Whether the middle of another lies in it.
    pub(super) fn holds(&self, other: &Self) -> bool {
        let x = f32::midpoint(other.left, other.right);
        let y = f32::midpoint(other.bottom, other.top);
        (self.left..=self.right).contains(&x) && (self.bottom..=self.top).contains(&y)
    }

    /// How far they reach over each other, from the left to the right; below nothing, how
    /// far they are apart.
    pub(super) fn beside(&self, other: &Self) -> f32 {
        self.right.min(other.right) - self.left.max(other.left)
    }

    pub(super) fn is_finite(&self) -> bool {
        [self.left, self.right, self.bottom, self.top]
            .iter()
            .all(|length| length.is_finite())
    }
}
