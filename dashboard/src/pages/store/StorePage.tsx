import { useParams } from "@tanstack/react-router"
import { Page } from "~/components/Page"

export function StorePage() {
  const { store } = useParams({ from: "/shell/stores/$store" })
  return <Page title={store}>{null}</Page>
}
