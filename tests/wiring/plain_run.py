"""What a RunConfig asks, in plain Keras: eager steps, `keras.optimizers.Adam`, no compiled loop, no store.

Everything is written from the fields of the run and from what is documented of them, as somebody would who
wanted to check a result. Of kd it has MNIST and the objectives, which are compared with their papers in
tests/distillation/test_objectives.py, derivatives included.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from scipy import ndimage

from kd.distillation.objectives import OBJECTIVES, Objective, Outputs
from kd.pictures.mnist import load_mnist


def build(kind: str, size: int, seed: int) -> keras.Model:
    """A network of any kind and size, from images to [logits, first map, second map].

    Kernels are Glorot's as Keras draws them, with one seed a layer, all from the run's; biases are 0.
    """
    images = keras.Input((28, 28, 1))
    layers, maps = keras.layers, []
    if kind in ("convolutional", "separable"):
        hidden = layers.Conv2D(size, 3, strides=2, padding="same")(images)
        maps.append(hidden := layers.LeakyReLU(negative_slope=0.2)(hidden))
        hidden = layers.MaxPooling2D(2, strides=1, padding="same")(hidden)
        if kind == "separable":
            hidden = layers.DepthwiseConv2D(3, strides=2, padding="same")(hidden)
            maps.append(hidden := layers.Conv2D(2 * size, 1)(hidden))
        else:
            maps.append(hidden := layers.Conv2D(2 * size, 3, strides=2, padding="same")(hidden))
        hidden = layers.Flatten()(hidden)
    else:
        hidden = layers.Flatten()(images)
        if kind == "dense":
            hidden = layers.LeakyReLU(negative_slope=0.2)(layers.Dense(size)(hidden))
    model = keras.Model(images, [layers.Dense(10)(hidden), *maps])
    kernels = [weight for weight in model.weights if weight.name == "kernel"]
    for kernel, own in zip(kernels, np.random.SeedSequence(seed).generate_state(len(kernels)), strict=True):
        kernel.assign(keras.initializers.GlorotUniform(seed=int(own))(kernel.shape))
    return model


class Lesson(NamedTuple):
    """What a network learns from. images: float32 (n, 28, 28, 1). labelled: bool (n,).

    objective: None to learn from labels alone. smoothing: of the labels. teacher: what it says of some of the
    images, given their places, and the images as they are shown. shift: in pixels.
    """

    images: np.ndarray
    labels: np.ndarray
    labelled: np.ndarray
    objective: Objective | None = None
    smoothing: float = 0.0
    teacher: Any = None
    shift: int = 0


@dataclass(eq=False)
class Trained:
    """A network after its training, what each epoch reported, and its weights after each."""

    model: keras.Model
    epochs: list[dict] = field(default_factory=list)
    course: list[list[np.ndarray]] = field(default_factory=list)

    @cache  # noqa: B019 - it lives as long as the tests
    def test_logits(self, epoch: int, every: int = 1) -> np.ndarray:
        """Its answers after this epoch to all test images, or to one in `every`."""
        now = self.model.get_weights()
        self.model.set_weights(self.course[epoch - 1])
        logits = outputs(self.model, to_images(load_mnist().x_test[::every]))[0]
        self.model.set_weights(now)
        return logits


def to_images(pictures: np.ndarray) -> np.ndarray:
    return (pictures.astype(np.float32) / 255.0)[..., None]


def outputs(model: keras.Model, images: np.ndarray) -> list[np.ndarray]:
    """Logits and maps of any number of images."""
    parts = [listed(model(images[start : start + 1000])) for start in range(0, len(images), 1000)]
    return [np.concatenate(part) for part in zip(*parts, strict=True)]


def listed(said) -> list:
    """Keras gives a single output without its list."""
    return said if isinstance(said, list) else [said]


def places(run, count: int) -> np.ndarray:
    """Where the images that a model sees are in MNIST: drawn by the seed, or the first ones."""
    if run.pictures == "first":
        return np.arange(count)
    return np.random.default_rng([run.seed, 4_000_000]).permutation(60_000)[:count]


def training_pictures(run) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The students' images, labels, and which have one."""
    mnist = load_mnist()
    seen = places(run, run.train_size)
    rows = np.array([n for n in range(len(seen)) if str(mnist.y_train[seen[n]]) not in run.omitted_digits])
    labels = mnist.y_train[seen[rows]].astype(np.int64)
    labelled = np.arange(len(rows)) < run.labelled
    count, digits = labelled.sum(), [d for d in range(10) if str(d) not in run.omitted_digits]
    random = np.random.default_rng([run.seed, 1_000_000])
    order, drawn = random.permutation(count), random.choice(digits, count)
    for place in order[: round(run.label_noise * count)]:
        labels[place] = drawn[place]
    labels[~labelled] = 0
    pictures = mnist.x_train[seen[rows]]
    if run.unlabelled_pictures != "digits":
        pictures = np.where(labelled[:, None, None], pictures, nonsense(run)[rows])
    return to_images(pictures), labels, labelled


def nonsense(run) -> np.ndarray:
    """Pictures that are no digits, one for each of the training images."""
    every, made = load_mnist().x_train.reshape(-1, 784), []
    kind = ["shuffled", "noise", "smooth"].index(run.unlabelled_pictures)
    blur = {"sigma": 4.5, "mode": "constant", "truncate": 7}
    lengths = np.linalg.norm(ndimage.gaussian_filter1d(np.eye(28), axis=0, **blur), axis=1)
    deviations = np.outer(lengths, lengths)  # of blurred noise, smaller at the borders
    random = np.random.default_rng([2**31, kind, *([run.seed] if run.pictures == "drawn" else [])])
    for row in places(run, run.train_size):
        if kind == 0:
            made.append(random.permutation(every[row]))
        elif kind == 2:
            blurred = ndimage.gaussian_filter(random.standard_normal((28, 28)), **blur)
            made.append(np.rint(255 * np.clip(2 - 5 * np.abs(blurred) / deviations, 0, 1)).ravel())
        else:
            from_which = random.integers(0, 60_000, 784)
            made.append([every[which, pixel] for pixel, which in enumerate(from_which)])
    return np.array(made, np.uint8).reshape(-1, 28, 28)


def moved(images: np.ndarray, ways: np.ndarray, most: int) -> np.ndarray:
    """Each image shifted: way 0 goes up and left as far as it may, way 1 a column less to the left, …"""
    bordered = np.pad(images, ((0, 0), (most, most), (most, most), (0, 0)))
    found = []
    for image, way in zip(bordered, ways, strict=True):
        down, right = way // (2 * most + 1), way % (2 * most + 1)
        top, left = 2 * most - down, 2 * most - right
        found.append(image[top : top + 28, left : left + 28])
    return np.array(found)


def permuted(logits: np.ndarray, orders: np.ndarray) -> np.ndarray:
    """All but the largest of each row in another order."""
    found = np.array(logits)
    for row, order in zip(found, orders, strict=True):
        others = [digit for digit in range(10) if digit != row.argmax()]
        row[others] = row[others][order]
    return found


def answers_of(run, teacher: keras.Model, images: np.ndarray) -> Any:
    """What a teacher says of a student's images as they are, or as they are shown: see Lesson."""
    shown_alike = run.shift and not run.fixed_teaching
    of_all = None if shown_alike else outputs(teacher, images)
    each = np.tile(np.arange(9), (len(images), 1))
    orders = np.random.default_rng([run.seed, 3_000_000]).permuted(each, axis=1)

    def said(chosen, shown):
        logits, *maps = outputs(teacher, shown) if shown_alike else [part[chosen] for part in of_all]
        return [permuted(logits, orders[chosen]) if run.permuted_doubts else logits, *maps]

    return said


def fresh_teacher(run) -> Trained:
    """The run's own teacher: on images chosen as its students', with all their labels."""
    mnist, seen = load_mnist(), places(run, run.teacher_train_size)
    lesson = Lesson(
        to_images(mnist.x_train[seen]),
        mnist.y_train[seen],
        np.ones(len(seen), bool),
        smoothing=run.teacher_label_smoothing,
    )
    return train(run, build("convolutional", run.teacher_width, started(run)), lesson, run.teacher_epochs)


def started(run) -> int:
    """The seed of first weights and orders."""
    return run.seed + 100 * run.generation


def student(run, name: str, teacher: keras.Model | None) -> Trained:
    """The distilled student of this teacher, or the scratch student, which has none."""
    images, labels, labelled = training_pictures(run)
    if name == "scratch":
        smoothing = 0.1 if run.baseline == "label_smoothing" else 0.0
        lesson = Lesson(
            images[labelled], labels[labelled], labelled[labelled], smoothing=smoothing, shift=run.shift
        )
    elif run.alpha == 1:
        lesson = Lesson(images, labels, labelled, shift=run.shift)
    else:
        said = answers_of(run, teacher, images)
        lesson = Lesson(images, labels, labelled, objective_of(run), teacher=said, shift=run.shift)
    sizes = {"convolutional": run.student_width, "dense": run.student_units, "separable": run.student_filters}
    return train(run, build(run.student, sizes.get(run.student, 0), started(run)), lesson, run.epochs)


def objective_of(run) -> Objective:
    kind = OBJECTIVES[run.objective]
    own = {each.name: getattr(run, each.name) for each in kind.own_fields()}
    return kind(run.alpha, run.temperature, run.temperature**2 if run.temperature_squared else 1.0, **own)


def told_by(said: list) -> Outputs:
    """Logits, and the attention of both maps: where they are active, as vectors of length 1."""
    logits, *maps = said
    rows = [tf.reshape(tf.reduce_mean(each**2, axis=3), (len(each), -1)) for each in maps]
    lengths_1 = [row / tf.norm(row, axis=1, keepdims=True) for row in rows]
    return Outputs(logits, tf.concat(lengths_1, axis=1) if maps else None)


def train(run, model: keras.Model, lesson: Lesson, epochs: int) -> Trained:
    """α · cross-entropy + the teacher's weight · the terms, in the order of each epoch's own generator."""
    optimizer, trained = keras.optimizers.Adam(), Trained(model)
    for epoch in range(1, epochs + 1):
        order = np.random.default_rng([started(run), epoch]).permutation(len(lesson.labels))
        random = np.random.default_rng([started(run), 2_000_000, epoch])
        ways = random.integers(0, (2 * lesson.shift + 1) ** 2, len(order))
        told: list[dict] = []
        for start in range(0, len(order), run.batch_size):
            chosen = order[start : start + run.batch_size]
            shown = moved(lesson.images[chosen], ways[start : start + run.batch_size], lesson.shift)
            told.append(step(run, model, optimizer, lesson, chosen, shown))
        trained.course.append(model.get_weights())
        trained.epochs.append(means(told))
    return trained


def step(run, model: keras.Model, optimizer, lesson: Lesson, chosen: np.ndarray, shown: np.ndarray) -> dict:
    """One step; returns the batch's sums, and under "pictures" and "with_label" how many these are of."""
    labels, count = lesson.labels[chosen], len(chosen)
    labelled = lesson.labelled[chosen].astype(np.float32)
    wanted = np.eye(10, dtype=np.float32)[labels] * (1 - lesson.smoothing) + lesson.smoothing / 10
    with tf.GradientTape() as tape:
        said = listed(model(shown, training=True))
        logits = said[0]
        losses = -tf.reduce_sum(wanted * tf.nn.log_softmax(logits), axis=1)
        loss, terms = tf.reduce_sum(labelled * losses) / count, {}
        if lesson.objective is not None:
            prepared = lesson.objective.prepare(told_by(lesson.teacher(chosen, shown)), labels)
            terms = lesson.objective.terms(labels, told_by(said), prepared, labelled)
            loss = run.alpha * loss + lesson.objective.teacher_weight() * sum(terms.values())
    variables = model.trainable_variables
    optimizer.apply(tape.gradient(loss, variables), variables)
    return {
        "loss": float(loss) * count,
        "student_loss": float(tf.reduce_sum(labelled * losses)),
        **{name: float(term) * count for name, term in terms.items()},
        "accuracy": float(((np.argmax(logits, axis=1) == labels) * labelled).sum()),
        "pictures": count,
        "with_label": float(labelled.sum()),
    }


def means(told: list[dict]) -> dict[str, float | None]:
    """Of an epoch: per picture, and what labels decide per picture with a label."""
    if not told:
        return {"loss": None, "student_loss": None, "accuracy": None}
    sums = {name: sum(sums[name] for sums in told) for name in told[0]}
    pictures, with_label = sums.pop("pictures"), sums.pop("with_label")
    per = {"student_loss": with_label, "accuracy": with_label}
    return {
        name: total / per.get(name, pictures) if per.get(name, pictures) else None
        for name, total in sums.items()
    }
