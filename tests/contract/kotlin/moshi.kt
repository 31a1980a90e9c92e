// The signatures of Moshi that the generated client calls; see okhttp.kt.
@file:Suppress("UNUSED_PARAMETER", "unused")

package com.squareup.moshi

annotation class Json(val name: String)

annotation class JsonClass(val generateAdapter: Boolean)

annotation class ToJson

annotation class FromJson

abstract class JsonAdapter<T> {
    interface Factory

    fun fromJson(string: String): T? = TODO()

    fun toJson(value: T?): String = TODO()

    fun nullSafe(): JsonAdapter<T> = TODO()
}

class Moshi {
    class Builder {
        fun add(adapter: Any): Builder = TODO()

        fun add(factory: JsonAdapter.Factory): Builder = TODO()

        fun <T> add(type: Class<T>, adapter: JsonAdapter<T>): Builder = TODO()

        fun addLast(factory: JsonAdapter.Factory): Builder = TODO()

        fun build(): Moshi = TODO()
    }

    fun <T> adapter(type: Class<T>): JsonAdapter<T> = TODO()
}

inline fun <reified T> Moshi.adapter(): JsonAdapter<T> = TODO()
