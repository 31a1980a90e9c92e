// The signatures of OkHttp 4 that the generated client calls, and nothing behind them: enough to compile it where the
// library itself is not to be had.
@file:Suppress("UNUSED_PARAMETER", "unused")

package okhttp3

import java.io.Closeable
import java.io.File
import java.io.IOException
import java.io.InputStream
import java.io.Reader

interface Call {
    fun interface Factory {
        fun newCall(request: Request): Call
    }

    fun execute(): Response

    fun enqueue(responseCallback: Callback)

    fun cancel()
}

interface Callback {
    fun onFailure(call: Call, e: IOException)

    fun onResponse(call: Call, response: Response)
}

open class OkHttpClient : Call.Factory {
    class Builder {
        fun build(): OkHttpClient = TODO()
    }

    override fun newCall(request: Request): Call = TODO()
}

class MediaType {
    companion object {
        fun String.toMediaTypeOrNull(): MediaType? = TODO()
    }
}

class Headers : Iterable<Pair<String, String>> {
    class Builder {
        fun add(name: String, value: String): Builder = TODO()

        fun addUnsafeNonAscii(name: String, value: String): Builder = TODO()

        fun build(): Headers = TODO()
    }

    override fun iterator(): Iterator<Pair<String, String>> = TODO()

    fun toMultimap(): Map<String, List<String>> = TODO()

    companion object {
        fun Map<String, String>.toHeaders(): Headers = TODO()
    }
}

class HttpUrl {
    val encodedPathSegments: List<String> = TODO()

    class Builder {
        fun scheme(scheme: String): Builder = TODO()

        fun host(host: String): Builder = TODO()

        fun addEncodedPathSegments(segments: String): Builder = TODO()

        fun addPathSegment(segment: String): Builder = TODO()

        fun addPathSegments(segments: String): Builder = TODO()

        fun addQueryParameter(name: String, value: String?): Builder = TODO()

        fun build(): HttpUrl = TODO()
    }

    fun newBuilder(): Builder = TODO()

    companion object {
        fun String.toHttpUrlOrNull(): HttpUrl? = TODO()
    }
}

abstract class RequestBody {
    companion object {
        fun ByteArray.toRequestBody(contentType: MediaType? = null): RequestBody = TODO()

        fun String.toRequestBody(contentType: MediaType? = null): RequestBody = TODO()

        fun File.asRequestBody(contentType: MediaType? = null): RequestBody = TODO()
    }
}

class FormBody : RequestBody() {
    class Builder {
        fun add(name: String, value: String): Builder = TODO()

        fun build(): FormBody = TODO()
    }
}

class MultipartBody : RequestBody() {
    class Builder {
        fun setType(type: MediaType): Builder = TODO()

        fun addPart(headers: Headers?, body: RequestBody): Builder = TODO()

        fun build(): MultipartBody = TODO()
    }

    companion object {
        val FORM: MediaType = TODO()
    }
}

class Request {
    class Builder {
        fun url(url: String): Builder = TODO()

        fun url(url: HttpUrl): Builder = TODO()

        fun headers(headers: Headers): Builder = TODO()

        fun addHeader(name: String, value: String): Builder = TODO()

        fun get(): Builder = TODO()

        fun head(): Builder = TODO()

        fun delete(body: RequestBody? = null): Builder = TODO()

        fun post(body: RequestBody): Builder = TODO()

        fun put(body: RequestBody): Builder = TODO()

        fun patch(body: RequestBody): Builder = TODO()

        fun method(method: String, body: RequestBody?): Builder = TODO()

        fun build(): Request = TODO()
    }
}

class ResponseBody : Closeable {
    fun string(): String = TODO()

    fun bytes(): ByteArray = TODO()

    fun byteStream(): InputStream = TODO()

    fun charStream(): Reader = TODO()

    fun contentType(): MediaType? = TODO()

    override fun close() = TODO()
}

class Response : Closeable {
    val code: Int = TODO()
    val message: String = TODO()
    val body: ResponseBody? = TODO()
    val headers: Headers = TODO()
    val isSuccessful: Boolean = TODO()
    val isRedirect: Boolean = TODO()

    fun header(name: String): String? = TODO()

    override fun close() = TODO()
}
