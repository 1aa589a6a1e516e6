"""(a) The notebook's recipe, and (b) its distilled student through keras.distillation.Distiller.

The notebook has the edits that Keras 3 requires: LeakyReLU's `alpha` is `negative_slope`, and train_step and
test_step ask compute_metrics instead of `compiled_metrics`. Comments and prints are left out.
"""

from __future__ import annotations

import time

import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

from benchmarks.recipe import Sizes, Timed
from kd import load_mnist
from kd.teachers.shipped import shipped_teacher_path

TEACHER = keras.models.load_model(shipped_teacher_path("notebook"), compile=False)


class Distiller(keras.Model):
    def __init__(self, student, teacher):
        super().__init__()
        self.teacher = teacher
        self.student = student

    def compile(self, optimizer, metrics, student_loss_fn, distillation_loss_fn, alpha=0.1, temperature=3):
        super().compile(optimizer=optimizer, metrics=metrics)
        self.student_loss_fn = student_loss_fn
        self.distillation_loss_fn = distillation_loss_fn
        self.alpha = alpha
        self.temperature = temperature

    def train_step(self, data):
        x, y = data
        teacher_predictions = self.teacher(x, training=False)
        with tf.GradientTape() as tape:
            student_predictions = self.student(x, training=True)
            student_loss = self.student_loss_fn(y, student_predictions)
            distillation_loss = self.distillation_loss_fn(
                tf.nn.softmax(teacher_predictions / self.temperature, axis=1),
                tf.nn.softmax(student_predictions / self.temperature, axis=1),
            )
            loss = self.alpha * student_loss + (1 - self.alpha) * distillation_loss
        trainable_vars = self.student.trainable_variables
        gradients = tape.gradient(loss, trainable_vars)
        self.optimizer.apply_gradients(zip(gradients, trainable_vars, strict=True))
        results = self.compute_metrics(x, y, student_predictions, None)
        results.update({"student_loss": student_loss, "distillation_loss": distillation_loss})
        return results

    def test_step(self, data):
        x, y = data
        y_prediction = self.student(x, training=False)
        student_loss = self.student_loss_fn(y, y_prediction)
        results = self.compute_metrics(x, y, y_prediction, None)
        results.update({"val_student_loss": student_loss})
        return results


def network(first: int, second: int, name: str) -> keras.Sequential:
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            layers.Conv2D(first, (3, 3), strides=(2, 2), padding="same"),
            layers.LeakyReLU(negative_slope=0.2),
            layers.MaxPooling2D(pool_size=(2, 2), strides=(1, 1), padding="same"),
            layers.Conv2D(second, (3, 3), strides=(2, 2), padding="same"),
            layers.Flatten(),
            layers.Dense(10),
        ],
        name=name,
    )


COMPILED = {
    "loss": keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    "metrics": [keras.metrics.SparseCategoricalAccuracy()],
}


def trained(model: keras.Model, epochs: int, sizes: Sizes) -> Timed:
    """Fits and evaluates as the notebook does, and times it; the accuracy is that of the logits."""
    x_train, y_train = load_mnist().train(sizes.images)
    x_test, y_test = load_mnist().test(sizes.test_images)
    started = time.perf_counter()
    model.fit(x_train, y_train, epochs=epochs, verbose=0)
    fitted = time.perf_counter()
    model.evaluate(x_test, y_test, verbose=0)
    ended = time.perf_counter()
    logits = getattr(model, "student", model).predict(x_test, batch_size=500, verbose=0)
    accuracy = float((logits.argmax(axis=1) == y_test).mean())
    return Timed(ended - started, (fitted - started) / epochs, accuracy)


def teacher(sizes: Sizes, seed: int) -> dict[str, Timed]:
    keras.utils.set_random_seed(seed)
    model = network(256, 512, "teacher")
    model.compile(keras.optimizers.Adam(), **COMPILED)
    return {"teacher": trained(model, sizes.teacher_epochs, sizes)}


def students(sizes: Sizes, seed: int) -> dict[str, Timed]:
    keras.utils.set_random_seed(seed)
    student = network(16, 32, "student")
    scratch = keras.models.clone_model(student)
    distiller = Distiller(student=student, teacher=TEACHER)
    distiller.compile(
        optimizer=keras.optimizers.Adam(),
        metrics=[keras.metrics.SparseCategoricalAccuracy()],
        student_loss_fn=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        distillation_loss_fn=keras.losses.KLDivergence(),
        alpha=0.1,
        temperature=10,
    )
    scratch.compile(keras.optimizers.Adam(), **COMPILED)
    return {
        "distilled": trained(distiller, sizes.epochs, sizes),
        "scratch": trained(scratch, sizes.epochs, sizes),
    }


def distiller(sizes: Sizes, seed: int) -> dict[str, Timed]:
    """Trains (b), with an instance of KLDivergence: given the string, Keras 3.15 skips the softmax and T²."""
    keras.utils.set_random_seed(seed)
    model = keras.distillation.Distiller(
        teacher=TEACHER,
        student=network(16, 32, "student"),
        distillation_losses=keras.distillation.LogitsDistillation(
            temperature=10.0, loss=keras.losses.KLDivergence()
        ),
        student_loss_weight=0.1,
    )
    model.compile(keras.optimizers.Adam(), **COMPILED)
    return {"distilled": trained(model, sizes.epochs, sizes)}


def warm_up(sizes: Sizes, seed: int) -> None:
    """Does nothing beyond the imports: Keras traces every new model again."""
